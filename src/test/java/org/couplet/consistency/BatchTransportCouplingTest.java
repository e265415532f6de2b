package org.couplet.consistency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.couplet.graph.Evaluation;
import org.couplet.graph.Randomness;
import org.couplet.network.Labels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

class BatchTransportCouplingTest {
  private static final int ROWS = 5;
  private static final int VALUES = 6;
  private static final Shape SHAPE = Shape.of(ROWS, 2, 3);

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void costsAreTheSquaredDistances(boolean compiled) {
    float[] x = values(1);
    float[] z = values(2);
    float[] costs =
        Evaluation.of(
                compiled,
                List.of(new Evaluation.Input(SHAPE, x), new Evaluation.Input(SHAPE, z)),
                (tf, in) -> List.of(BatchTransportCoupling.costs(tf, in.get(0), in.get(1))))
            .get(0);
    assertEquals(ROWS * ROWS, costs.length);
    for (int i = 0; i < ROWS; i++) {
      for (int j = 0; j < ROWS; j++) {
        double expected = 0;
        for (int v = 0; v < VALUES; v++) {
          expected += Math.pow(x[i * VALUES + v] - z[j * VALUES + v], 2);
        }
        assertEquals(expected, costs[i * ROWS + j], 1e-5 * (1 + expected), i + " " + j);
      }
    }
  }

  @Test
  void aDataRowGetsTheNoiseRowOfItsColumn() {
    int[] noiseAssignment = {3, 0, 0, 4, 1};
    float[] x = values(3);
    float[] z = values(4);
    List<float[]> pair = pair(x, z, Optional.of(noiseAssignment));
    for (int i = 0; i < ROWS; i++) {
      for (int v = 0; v < VALUES; v++) {
        double noise = z[noiseAssignment[i] * VALUES + v];
        assertEquals(x[i * VALUES + v] + (i + 1) * noise, pair.get(0)[i * VALUES + v], 1e-5);
        assertEquals(x[i * VALUES + v] + (i + 2) * noise, pair.get(1)[i * VALUES + v], 1e-5);
      }
    }
  }

  @Test
  void withoutTheAssignmentThereIsNoPair() {
    assertThrows(
        IllegalArgumentException.class, () -> pair(values(3), values(4), Optional.empty()));
  }

  private static List<float[]> pair(float[] x, float[] z, Optional<int[]> noiseAssignment) {
    return Evaluation.of(
        false,
        List.of(new Evaluation.Input(SHAPE, x), new Evaluation.Input(SHAPE, z)),
        (tf, in) -> {
          Coupling.Pair pair =
              new BatchTransportCoupling(1)
                  .pair(tf, inputs(tf, in, noiseAssignment.map(values -> tf.constant(values))));
          return List.of(pair.low(), pair.high());
        });
  }

  // Levels i + 1 and i + 2 in row i.
  private static Coupling.Inputs inputs(
      Ops tf, List<Operand<TFloat32>> ends, Optional<Operand<TInt32>> noiseAssignment) {
    double[] low = new double[ROWS];
    double[] high = new double[ROWS];
    for (int i = 0; i < ROWS; i++) {
      low[i] = i + 1;
      high[i] = i + 2;
    }
    Coupling.Generator none = (points, sigma, labels) -> points;
    return new Coupling.Inputs(
        ends.get(0),
        Labels.none(),
        ends.get(1),
        new Levels(tf.constant(low), tf.constant(high)),
        new VarianceExploding(),
        none,
        none,
        Optional.empty(),
        noiseAssignment,
        tf.constant(0f),
        new Randomness(tf.constant(1L), tf.constant(2L)));
  }

  private static float[] values(long seed) {
    Random random = new Random(seed);
    float[] values = new float[ROWS * VALUES];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
