package org.couplet.consistency;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.couplet.graph.Evaluation;
import org.couplet.graph.Randomness;
import org.couplet.graph.Weights;
import org.couplet.network.Execution;
import org.couplet.network.Labels;
import org.couplet.network.Mlp;
import org.couplet.network.Network;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class DenoisingLossTest {
  private static final double SIGMA_DATA = 0.7;
  private static final LognormalLaw LAW = new LognormalLaw(-1.2, 1.2);
  private static final Network NETWORK = new Mlp(2, 1, 4);
  private static final DenoisingLoss LOSS =
      new DenoisingLoss(
          ConsistencyFunction.denoiser(NETWORK, SIGMA_DATA, TFloat32.class, Execution.PLAIN), LAW);

  // F is a constant: D = c_skip x + c_out F.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void lossOfAConstantNetworkIsComputedByHand(boolean compiled) {
    float output = 0.75f;
    int rows = 64;
    float[] x = data(rows);
    List<float[]> results =
        Evaluation.of(
            compiled,
            List.of(new Evaluation.Input(Shape.of(rows, 2), x)),
            (tf, in) -> {
              Randomness randomness = randomness(tf);
              return List.of(
                  LOSS.loss(tf, step(tf, in.get(0), output)),
                  LOSS.noise().draw(tf, randomness, Shape.of(rows, 2)),
                  randomness.rowNormals(tf, Randomness.Purpose.LEVELS, Shape.of(rows)));
            });
    double expected = 0;
    double variance = SIGMA_DATA * SIGMA_DATA;
    for (int i = 0; i < rows; i++) {
      double sigma = Math.exp(LAW.mean() + LAW.std() * results.get(2)[i]);
      double sum = sigma * sigma + variance;
      for (int axis = 0; axis < 2; axis++) {
        double point = x[2 * i + axis] + sigma * results.get(1)[2 * i + axis];
        double estimate = variance / sum * point + sigma * SIGMA_DATA / Math.sqrt(sum) * output;
        expected += sum / (sigma * sigma * variance) * Math.pow(estimate - x[2 * i + axis], 2);
      }
    }
    assertEquals(expected / rows, results.get(0)[0], 1e-5 * expected / rows);
  }

  // For data N(0, sigma_data^2) the ideal denoiser is c_skip x, and the weighting makes its loss 1
  // a value at every level.
  @Test
  void theIdealDenoiserOfOneGaussianHasLossOnePerValue() {
    int rows = 50_000;
    float[] loss =
        Evaluation.of(
                false,
                List.of(new Evaluation.Input(Shape.of(rows, 2), data(rows))),
                (tf, in) -> List.of(LOSS.loss(tf, step(tf, in.get(0), 0))))
            .get(0);
    // Five standard errors of the mean of a squared normal.
    assertEquals(2, loss[0], 5 * 2 / Math.sqrt(rows));
  }

  private static Objective.Step step(Ops tf, Operand<TFloat32> x, float output) {
    List<Operand<TFloat32>> values =
        NETWORK.weights().stream()
            .<Operand<TFloat32>>map(
                weight ->
                    tf.fill(
                        tf.constant(weight.shape()),
                        tf.constant(weight.shape().equals(Shape.of(2)) ? output : 0f)))
            .toList();
    Weights weights = Weights.of(NETWORK.weights(), values);
    return new Objective.Step(
        weights,
        weights,
        Optional.empty(),
        x,
        Labels.none(),
        new ScheduledOperands(
            tf.constant(new double[] {1, 2}), tf.constant(2), tf.constant(0f), tf.constant(1f)),
        Optional.empty(),
        randomness(tf),
        1);
  }

  private static Randomness randomness(Ops tf) {
    return new Randomness(tf.constant(3L), tf.constant(4L));
  }

  private static float[] data(int rows) {
    Random random = new Random(5);
    float[] data = new float[2 * rows];
    for (int i = 0; i < data.length; i++) {
      data[i] = (float) (SIGMA_DATA * random.nextGaussian());
    }
    return data;
  }
}
