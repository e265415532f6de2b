package org.couplet.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.couplet.graph.Evaluation;
import org.couplet.graph.Evaluation.Input;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.ndarray.Shape;

class GroupNormTest {
  private static final int BATCH = 2;
  private static final int SIZE = 8;
  private static final int CHANNELS = 24;
  private static final GroupNorm NORM = GroupNorm.of(CHANNELS, 1e-6);
  private static final Shape IMAGE = Shape.of(BATCH, SIZE, SIZE, CHANNELS);

  @ParameterizedTest
  @CsvSource({
    "0, false, 1e-5", "0, true, 1e-5",
    // Floats near 1000 are 6e-5 apart, so the mean is known to some of these.
    "1000, false, 5e-4", "1000, true, 5e-4"
  })
  void normalisesGroupsAboutTheirMean(double mean, boolean compiled, float tolerance) {
    float[] x = Input.normal(1, IMAGE, mean).values();
    float[] shift = Input.normal(2, Shape.of(BATCH, CHANNELS), 0).values();
    float[] scale = Input.normal(3, Shape.of(CHANNELS), 1).values();
    float[] bias = Input.normal(4, Shape.of(CHANNELS), 0).values();
    float[] actual = applied(compiled, x, shift, scale, bias);
    assertArrayEquals(formula(x, shift, scale, bias), actual, tolerance);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void gradientsMatchFiniteDifferences(boolean compiled) {
    List<Input> inputs =
        List.of(
            Input.normal(1, IMAGE, 3),
            Input.normal(2, Shape.of(BATCH, CHANNELS), 0),
            Input.normal(3, Shape.of(CHANNELS), 1),
            Input.normal(4, Shape.of(CHANNELS), 0));
    float[] direction = Input.normal(5, IMAGE, 0).values();
    List<float[]> gradients =
        Evaluation.of(
            compiled,
            inputs,
            (tf, in) -> {
              var y = NORM.apply(tf, in.get(0), in.get(1), Affine.shared(in.get(2), in.get(3)));
              var weights = tf.reshape(tf.constant(direction), tf.constant(IMAGE));
              var loss = tf.reduceSum(tf.math.mul(y, weights), tf.constant(new int[] {0, 1, 2, 3}));
              var all = tf.gradients(loss, in);
              return List.of(all.dy(0), all.dy(1), all.dy(2), all.dy(3));
            });
    for (int input = 0; input < inputs.size(); input++) {
      for (int i = 0; i < inputs.get(input).values().length; i += 7) {
        double expected = slope(inputs, direction, input, i);
        assertEquals(expected, gradients.get(input)[i], 1e-4 * (1 + Math.abs(expected)));
      }
    }
  }

  @Test
  void refusesGroupsThatDoNotDivide() {
    assertThrows(IllegalArgumentException.class, () -> new GroupNorm(10, 4, 1e-6));
  }

  // By the formula in double precision, so that the difference is exact enough.
  private static double slope(List<Input> inputs, float[] direction, int input, int i) {
    float[][] values = inputs.stream().map(in -> in.values().clone()).toArray(float[][]::new);
    double total = 0;
    float old = values[input][i];
    float[] ends = {old + 0.01f, old - 0.01f};
    for (int side = 0; side < 2; side++) {
      values[input][i] = ends[side];
      double[] y = exact(values[0], values[1], values[2], values[3]);
      for (int j = 0; j < y.length; j++) {
        total += (side == 0 ? 1 : -1) * y[j] * direction[j];
      }
    }
    return total / ((double) ends[0] - ends[1]);
  }

  private static float[] applied(
      boolean compiled, float[] x, float[] shift, float[] scale, float[] bias) {
    return Evaluation.of(
            compiled,
            List.of(
                new Input(IMAGE, x),
                new Input(Shape.of(BATCH, CHANNELS), shift),
                new Input(Shape.of(CHANNELS), scale),
                new Input(Shape.of(CHANNELS), bias)),
            (tf, in) ->
                List.of(NORM.apply(tf, in.get(0), in.get(1), Affine.shared(in.get(2), in.get(3)))))
        .get(0);
  }

  private static float[] formula(float[] x, float[] shift, float[] scale, float[] bias) {
    double[] exact = exact(x, shift, scale, bias);
    float[] rounded = new float[exact.length];
    for (int i = 0; i < exact.length; i++) {
      rounded[i] = (float) exact[i];
    }
    return rounded;
  }

  private static double[] exact(float[] x, float[] shift, float[] scale, float[] bias) {
    double[] y = new double[x.length];
    int size = CHANNELS / NORM.groups();
    int perImage = SIZE * SIZE * CHANNELS;
    for (int image = 0; image < BATCH; image++) {
      for (int group = 0; group < NORM.groups(); group++) {
        double count = SIZE * SIZE * size;
        double mean = 0;
        double square = 0;
        for (int pass = 0; pass < 3; pass++) {
          for (int i = image * perImage; i < (image + 1) * perImage; i++) {
            int channel = i % CHANNELS;
            if (channel / size != group) {
              continue;
            }
            double value = (double) x[i] + shift[image * CHANNELS + channel];
            switch (pass) {
              case 0 -> mean += value / count;
              case 1 -> square += (value - mean) * (value - mean) / count;
              default ->
                  y[i] = (value - mean) / Math.sqrt(square + 1e-6) * scale[channel] + bias[channel];
            }
          }
        }
      }
    }
    return y;
  }
}
