package org.couplet.consistency;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.couplet.graph.Evaluation;
import org.couplet.graph.Randomness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;

class TwoGaussiansNoiseTest {
  private static final int DRAWS = 20_000;
  private static final double OFFSET = 2;
  private static final double DEVIATION = 0.25;
  private static final NoiseLaw LAW = new TwoGaussiansNoise(OFFSET, DEVIATION);

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void batchesHaveTheMixturesMoments(boolean compiled) {
    assertMixture(
        Evaluation.of(
                compiled,
                List.of(),
                (tf, in) -> List.of(LAW.draw(tf, randomness(tf), Shape.of(DRAWS, 2))))
            .get(0));
  }

  @Test
  void theTableHasTheMixturesMoments() {
    assertMixture(rows(0, DRAWS));
  }

  @Test
  void aRowOfTheTableDoesNotDependOnHowManyAreAskedFor() {
    float[] all = rows(0, 9);
    assertArrayEquals(Arrays.copyOfRange(all, 2 * 3, 2 * 5), rows(3, 2));
    assertArrayEquals(Arrays.copyOf(all, 2), rows(0, 1));
  }

  private static float[] rows(long first, long count) {
    return Evaluation.of(
            false,
            List.of(),
            (tf, in) ->
                List.of(
                    LAW.rows(
                        tf, randomness(tf), tf.constant(first), tf.constant(count), Shape.of(2))))
        .get(0);
  }

  // Five standard errors each.
  private static void assertMixture(float[] xy) {
    int count = xy.length / 2;
    assertEquals(DRAWS, count);
    double error = 5 / Math.sqrt(count);
    double upper = 0;
    double[] mean = new double[2];
    double[] square = new double[2];
    double mixed = 0;
    for (int i = 0; i < count; i++) {
      double sign = xy[2 * i + 1] > 0 ? 1 : -1;
      double[] from = {
        (xy[2 * i] + OFFSET) / DEVIATION, (xy[2 * i + 1] - sign * OFFSET) / DEVIATION
      };
      upper += (sign + 1) / 2 / count;
      for (int axis = 0; axis < 2; axis++) {
        mean[axis] += from[axis] / count;
        square[axis] += from[axis] * from[axis] / count;
        // The mode tells nothing of the point within it.
        mixed += sign * from[axis] / count;
      }
    }
    assertEquals(0.5, upper, 0.5 * error);
    assertArrayEquals(new double[2], mean, error);
    assertArrayEquals(new double[] {1, 1}, square, Math.sqrt(2) * error);
    assertEquals(0, mixed, Math.sqrt(2) * error);
  }

  private static Randomness randomness(Ops tf) {
    return new Randomness(tf.constant(5L), tf.constant(6L));
  }
}
