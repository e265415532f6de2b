package org.couplet.consistency;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.couplet.graph.Evaluation;
import org.couplet.graph.Randomness;
import org.couplet.network.Labels;
import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

class GeneratorInducedCouplingTest {
  private static final float ONLINE = 2;
  private static final float AVERAGE = 3;

  @Test
  void chosenRowsAreTheRoundedShareOfTheBatch() {
    assertArrayEquals(
        new float[] {3, 0, 3, 0},
        ends(new GeneratorInducedCoupling(true, InducedRows.CHOSEN, 0.5, false, 1), 0.5f, 4));
    assertArrayEquals(
        new float[] {2, 2, 2, 0},
        ends(new GeneratorInducedCoupling(false, InducedRows.CHOSEN, 1, false, 1), 0.7f, 4));
  }

  @Test
  void muMayFallBelowTheLargest() {
    assertArrayEquals(
        new float[] {3, 0, 0, 0},
        ends(new GeneratorInducedCoupling(true, InducedRows.CHOSEN, 1, false, 1), 0.25f, 4));
  }

  @Test
  void muZeroIsTheIndependentCoupling() {
    for (InducedRows choice : InducedRows.values()) {
      float[] expected = new float[4];
      assertArrayEquals(
          expected, ends(new GeneratorInducedCoupling(true, choice, 0, false, 1), 0, 4));
      assertArrayEquals(
          expected, ends(new GeneratorInducedCoupling(true, choice, 1, false, 1), 0, 4));
    }
  }

  @Test
  void muOneInducesEveryRow() {
    for (InducedRows choice : InducedRows.values()) {
      assertArrayEquals(
          new float[] {3, 3, 3, 3},
          ends(new GeneratorInducedCoupling(true, choice, 1, false, 1), 1, 4));
    }
  }

  @Test
  void whatIsLeftOfTheNoiseIsRemoved() {
    GeneratorInducedCoupling coupling =
        new GeneratorInducedCoupling(true, InducedRows.CHOSEN, 1, true, 1);
    float[] x = {0.1f, -0.4f, 0.25f, 1};
    float[] z = {1, -1, 2, 2};
    float[] ends =
        Evaluation.of(
                true,
                List.of(
                    new Evaluation.Input(Shape.of(2, 2), x),
                    new Evaluation.Input(Shape.of(2, 2), z),
                    new Evaluation.Input(Shape.of(2), new float[] {0.5f, 80})),
                (tf, in) ->
                    List.of(
                        coupling.dataEnd(tf, inputs(tf, in.get(0), in.get(1), in.get(2), 1, 0))))
            .get(0);
    // In the first row 3 is across z, in the second along it.
    assertArrayEquals(new float[] {3.1f, 2.6f, 0.25f, 1}, ends, 1e-4f);
  }

  @Test
  void bernoulliRowsFollowMu() {
    float[] ends =
        ends(new GeneratorInducedCoupling(true, InducedRows.BERNOULLI, 1, false, 1), 0.3f, 20_000);
    double share = 0;
    for (float end : ends) {
      share += end / AVERAGE / ends.length;
    }
    assertEquals(0.3, share, 5 * Math.sqrt(0.3 * 0.7 / ends.length));
  }

  @Test
  void ranksAreSpreadOverAnyWorkers() {
    assertArrayEquals(new int[] {0, 4, 2, 6, 1, 5, 3, 7}, InducedRows.ranks(8));
    for (int batch : new int[] {1, 7, 12, 60, 512}) {
      int[] ranks = InducedRows.ranks(batch);
      assertArrayEquals(
          IntStream.range(0, batch).toArray(), IntStream.of(ranks).sorted().toArray());
    }
    // A worker has its share of half of 512 rows; of 5 of 12 rows 3 workers have 3, 1 and 1.
    for (int workers : new int[] {1, 2, 4, 8, 64}) {
      assertEquals(
          256 / workers, InducedRows.CHOSEN.candidates(512 / workers, workers, 0.5), "" + workers);
    }
    assertEquals(3, InducedRows.CHOSEN.candidates(4, 3, 5 / 12.0));
  }

  @Test
  void workersInduceTheRowsThatOneWould() {
    for (InducedRows choice : InducedRows.values()) {
      float[] whole = ends(new GeneratorInducedCoupling(true, choice, 0.7, false, 1), 0.45f, 12);
      for (int workers : new int[] {2, 3, 4}) {
        int rows = 12 / workers;
        GeneratorInducedCoupling shared =
            new GeneratorInducedCoupling(true, choice, 0.7, false, workers);
        for (int first = 0; first < 12; first += rows) {
          assertArrayEquals(
              Arrays.copyOfRange(whole, first, first + rows), ends(shared, 0.45f, rows, first));
        }
      }
    }
  }

  @Test
  void estimatesAreMadeWithTheRowsOwnLabels() {
    GeneratorInducedCoupling coupling =
        new GeneratorInducedCoupling(true, InducedRows.CHOSEN, 0.5, false, 1);
    assertArrayEquals(new float[] {7, 0, 9, 0}, ends(coupling, 0.5f, 4, 0, 7, 8, 9, 10));
  }

  // Data are 0; generators say 2 (online) or 3 (average): which of the three made each end. With
  // labels the average says the row's label.
  private static float[] ends(GeneratorInducedCoupling coupling, float mu, int rows) {
    return ends(coupling, mu, rows, 0);
  }

  private static float[] ends(
      GeneratorInducedCoupling coupling, float mu, int rows, long firstRow, int... classes) {
    return ends(coupling, mu, new float[rows], firstRow, classes);
  }

  private static float[] ends(
      GeneratorInducedCoupling coupling, float mu, float[] sigmas, long firstRow, int... classes) {
    int rows = sigmas.length;
    return Evaluation.of(
            true,
            List.of(
                new Evaluation.Input(Shape.of(rows, 1), new float[rows]),
                new Evaluation.Input(Shape.of(rows), sigmas)),
            (tf, in) ->
                List.of(
                    coupling.dataEnd(
                        tf, inputs(tf, in.get(0), in.get(0), in.get(1), mu, firstRow, classes))))
        .get(0);
  }

  private static Coupling.Inputs inputs(
      Ops tf,
      Operand<TFloat32> x,
      Operand<TFloat32> z,
      Operand<TFloat32> sigmas,
      float mu,
      long firstRow,
      int... classes) {
    return new Coupling.Inputs(
        x,
        classes.length == 0 ? Labels.none() : Labels.of(tf.constant(classes)),
        z,
        new Levels(levels(tf, sigmas), levels(tf, sigmas)),
        new VarianceExploding(),
        (points, sigma, labels) -> tf.math.add(points, tf.constant(ONLINE)),
        (points, sigma, labels) ->
            classes.length == 0 ? tf.math.add(points, tf.constant(AVERAGE)) : column(tf, labels),
        Optional.empty(),
        Optional.empty(),
        tf.constant(mu),
        new Randomness(tf.constant(1L), tf.constant(2L)).fromRow(tf, tf.constant(firstRow)));
  }

  private static Operand<TFloat32> column(Ops tf, Labels labels) {
    Operand<TFloat32> values = tf.dtypes.cast(labels.operands().get(0), TFloat32.class);
    return tf.reshape(values, tf.constant(new int[] {-1, 1}));
  }

  private static Operand<TFloat64> levels(Ops tf, Operand<TFloat32> sigma) {
    return tf.dtypes.cast(sigma, TFloat64.class);
  }
}
