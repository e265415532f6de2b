package org.couplet.layer;

import static org.couplet.graph.Evaluation.relativeError;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.couplet.graph.Evaluation;
import org.couplet.graph.Evaluation.Input;
import org.couplet.graph.Randomness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class ActivationTest {
  private static final int CHANNELS = 24;
  private static final Shape IMAGE = Shape.of(2, 8, 4, CHANNELS);
  private static final Shape ROWS = Shape.of(2, CHANNELS);
  private static final Shape CHANNEL = Shape.of(CHANNELS);

  @ParameterizedTest
  @CsvSource({
    "0, false, false, false, 8",
    "0, true, false, true, 8",
    "0.3, true, false, false, 8",
    "0.3, false, false, true, 8",
    "0.3, true, false, false, 9",
    "0, true, true, false, 8",
    "0.3, true, true, true, 8",
    "0.3, false, true, false, 9"
  })
  void fusedValuesAndGradientsAreThePlainOnes(
      double rate, boolean shifted, boolean modulated, boolean compiled, int height) {
    Shape image = Shape.of(2, height, height == 8 ? 4 : 9, CHANNELS);
    List<Input> inputs = inputs(image);
    List<float[]> plain =
        Evaluation.of(
            false, inputs, (tf, in) -> valueAndGradients(tf, in, rate, shifted, modulated, false));
    List<float[]> fused =
        Evaluation.of(
            compiled,
            inputs,
            (tf, in) -> valueAndGradients(tf, in, rate, shifted, modulated, true));
    assertEquals(4 + (shifted ? 1 : 0) + (modulated ? 1 : 0), plain.size());
    for (int i = 0; i < plain.size(); i++) {
      assertEquals(0, relativeError(plain.get(i), fused.get(i)), 3e-6, "result " + i);
    }
    long zeros = zeros(fused.get(0));
    assertEquals(rate, (double) zeros / image.size(), 0.05);
  }

  @Test
  void twoPassesShareTheirMasks() {
    List<float[]> both =
        Evaluation.of(
            false,
            inputs(IMAGE),
            (tf, in) -> {
              Dropout masks = masks(tf);
              return List.of(
                  apply(tf, in, 0.5, true, false, new Activation(masks, true)),
                  apply(tf, in, 0.5, true, false, new Activation(masks, false)));
            });
    assertEquals(0, relativeError(both.get(0), both.get(1)), 1e-6);
  }

  private static List<Input> inputs(Shape image) {
    return List.of(
        Input.normal(1, image, 3),
        Input.normal(2, CHANNEL, 1),
        Input.normal(3, CHANNEL, 0),
        Input.normal(4, ROWS, 0),
        Input.normal(6, Shape.of(2, 2 * CHANNELS), 0),
        Input.normal(5, image, 0));
  }

  private static List<Operand<TFloat32>> valueAndGradients(
      Ops tf,
      List<Operand<TFloat32>> in,
      double rate,
      boolean shifted,
      boolean modulated,
      boolean fused) {
    Operand<TFloat32> y = apply(tf, in, rate, shifted, modulated, new Activation(masks(tf), fused));
    var loss = tf.reduceSum(tf.math.mul(y, in.get(5)), tf.constant(new int[] {0, 1, 2, 3}));
    List<Operand<TFloat32>> wanted = new ArrayList<>(in.subList(0, shifted ? 4 : 3));
    if (modulated) {
      wanted.add(in.get(4));
    }
    var gradients = tf.gradients(loss, wanted);
    List<Operand<TFloat32>> results = new ArrayList<>(List.of(y));
    for (int i = 0; i < wanted.size(); i++) {
      results.add(gradients.<TFloat32>dy(i));
    }
    return results;
  }

  private static Operand<TFloat32> apply(
      Ops tf,
      List<Operand<TFloat32>> in,
      double rate,
      boolean shifted,
      boolean modulated,
      Activation activation) {
    Affine affine = Affine.shared(in.get(1), in.get(2));
    return activation.apply(
        tf,
        GroupNorm.of(CHANNELS, 1e-6),
        in.get(0),
        shifted ? in.get(3) : null,
        modulated ? affine.modulated(tf, in.get(4)) : affine,
        rate,
        7);
  }

  private static Dropout masks(Ops tf) {
    return Dropout.with(new Randomness(tf.constant(1L), tf.constant(2L)));
  }

  private static long zeros(float[] values) {
    long zeros = 0;
    for (float value : values) {
      zeros += value == 0 ? 1 : 0;
    }
    return zeros;
  }
}
