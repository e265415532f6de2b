package org.couplet.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class GradientNormTest {
  private static final float[] MATRIX = {1, -2, 4, 4};
  private static final float SCALAR = 3.5f;
  private static final double NORM = Math.sqrt(1 + 4 + 16 + 16 + 3.5 * 3.5);

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theNormSpansAllGradients(boolean compiled) {
    List<float[]> results = clip(compiled, 100, SCALAR);
    assertEquals(NORM, results.get(0)[0], 1e-6);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void longGradientsAreShortenedToTheLimit(boolean compiled) {
    List<float[]> results = clip(compiled, 0.5, SCALAR);
    for (int i = 0; i < MATRIX.length; i++) {
      assertEquals(MATRIX[i] * 0.5 / NORM, results.get(1)[i], 1e-7);
    }
    assertEquals(SCALAR * 0.5 / NORM, results.get(2)[0], 1e-7);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shortGradientsStayBitForBit(boolean compiled) {
    List<float[]> results = clip(compiled, 100, SCALAR);
    assertArrayEquals(MATRIX, results.get(1));
    assertArrayEquals(new float[] {SCALAR}, results.get(2));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aGradientThatIsNoNumberIsNotHidden(boolean compiled) {
    List<float[]> results = clip(compiled, 0.5, Float.NaN);
    assertTrue(Float.isNaN(results.get(0)[0]));
    assertTrue(Float.isNaN(results.get(1)[0]));
  }

  @Test
  void aLimitOfZeroIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> clip(false, 0, SCALAR));
  }

  // Results: norm, matrix, scalar.
  private static List<float[]> clip(boolean compiled, double limit, float scalar) {
    try (PureFunction function =
        new PureFunction(
            compiled,
            List.of(Shape.of(2, 2), Shape.scalar()),
            (tf, gradients) -> normAndClipped(tf, gradients, limit))) {
      return function.run(MATRIX, new float[] {scalar});
    }
  }

  private static List<Operand<TFloat32>> normAndClipped(
      Ops tf, List<Operand<TFloat32>> gradients, double limit) {
    Operand<TFloat32> norm = GradientNorm.global(tf, gradients);
    List<Operand<TFloat32>> results = new ArrayList<>(List.of(norm));
    results.addAll(GradientNorm.clip(tf, gradients, norm, limit));
    return results;
  }
}
