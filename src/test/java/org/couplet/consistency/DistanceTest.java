package org.couplet.consistency;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import org.couplet.graph.Evaluation;
import org.junit.jupiter.api.Test;
import org.tensorflow.ndarray.Shape;

/** Distances of two rows of 2 x 2 values, against their definitions. */
class DistanceTest {
  private static final Shape SHAPE = Shape.of(2, 2, 2);
  private static final float[] A = {1, 2, 3, 4, 0, 0, 0, 0};
  private static final float[] B = {1, 0, 3, 1, 1, 2, 3, 4};
  // Of the first row (2^2 + 3^2), and of the second (1 + 4 + 9 + 16).
  private static final double[] SQUARES = {13, 30};

  @Test
  void squaredL2() {
    assertDistances(new SquaredL2Distance(), SQUARES[0], SQUARES[1]);
  }

  @Test
  void scaledSquaredL2() {
    assertDistances(new ScaledSquaredL2Distance(4), SQUARES[0] / 2, SQUARES[1] / 2);
  }

  @Test
  void pseudoHuber() {
    assertDistances(
        new PseudoHuberDistance(0.5),
        Math.sqrt(SQUARES[0] + 0.25) - 0.5,
        Math.sqrt(SQUARES[1] + 0.25) - 0.5);
  }

  private static void assertDistances(Distance distance, double... expected) {
    float[] actual =
        Evaluation.of(
                true,
                List.of(new Evaluation.Input(SHAPE, A), new Evaluation.Input(SHAPE, B)),
                (tf, in) -> List.of(distance.between(tf, in.get(0), in.get(1))))
            .get(0);
    assertArrayEquals(new float[] {(float) expected[0], (float) expected[1]}, actual, 1e-5f);
  }
}
