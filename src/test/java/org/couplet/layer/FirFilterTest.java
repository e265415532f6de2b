package org.couplet.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.couplet.graph.Evaluation;
import org.couplet.graph.Evaluation.Input;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

@Tag("long")
class FirFilterTest {
  private static final int SIZE = 8;
  private static final int CHANNELS = 3;
  private static final Shape IMAGE = Shape.of(2, SIZE, SIZE, CHANNELS);

  static Stream<Arguments> filters() {
    return Stream.of(List.of(1.0, 1.0), List.of(1.0, 3.0, 3.0, 1.0), List.of(1.0, 2.0, 4.0, 3.0))
        .flatMap(taps -> Stream.of(Arguments.of(taps, false), Arguments.of(taps, true)));
  }

  @ParameterizedTest
  @MethodSource("filters")
  void halvesByTheSumOverTaps(List<Double> taps, boolean compiled) {
    float[] x = image();
    float[] actual = evaluated(compiled, x, taps, false).get(0);
    assertArrayEquals(down(x, taps), actual, 1e-5f);
  }

  @ParameterizedTest
  @MethodSource("filters")
  void doublesByTheTransposeOfHalving(List<Double> taps, boolean compiled) {
    float[] x = image();
    float[] actual = evaluated(compiled, x, taps, true).get(0);
    assertArrayEquals(up(x, taps), actual, 1e-5f);
  }

  // The gradient of |A x|^2 / 2 is A'A x, whose product with x is |A x|^2 again.
  @ParameterizedTest
  @MethodSource("filters")
  void gradientIsTheAdjoint(List<Double> taps, boolean compiled) {
    float[] x = image();
    for (boolean doubled : new boolean[] {false, true}) {
      List<float[]> results = evaluated(compiled, x, taps, doubled);
      double forward = 0;
      for (float value : results.get(0)) {
        forward += value * (double) value;
      }
      double backward = 0;
      for (int i = 0; i < x.length; i++) {
        backward += results.get(1)[i] * (double) x[i];
      }
      assertEquals(forward, backward, 1e-4 * forward);
    }
  }

  @ParameterizedTest
  @MethodSource("filters")
  void convolvesTheDoubledImage(List<Double> taps, boolean compiled) {
    FirFilter filter = new FirFilter(taps);
    for (int size : new int[] {1, 3, 5}) {
      Shape kernel = Shape.of(size, size, CHANNELS, 4);
      List<float[]> results =
          Evaluation.of(
              compiled,
              List.of(new Input(IMAGE, image()), Input.normal(1, kernel, 0)),
              (tf, in) -> {
                Conv2d conv2d = new Conv2d(Conv2d.Algorithms.DIRECT);
                List<Operand<TFloat32>> all = new ArrayList<>();
                for (Operand<TFloat32> y :
                    List.of(
                        conv2d.apply(tf, filter.up(tf, in.get(0)), in.get(1), null),
                        filter.upConvolved(tf, in.get(0), in.get(1), conv2d))) {
                  var gradients = tf.gradients(tf.math.mul(y, y), in);
                  all.addAll(List.of(y, gradients.dy(0), gradients.dy(1)));
                }
                return all;
              });
      assertEquals(2 * 4 * 4 * SIZE * SIZE, results.get(3).length);
      for (int i = 0; i < 3; i++) {
        double scale = 0;
        for (float value : results.get(i)) {
          scale = Math.max(scale, Math.abs(value));
        }
        assertArrayEquals(results.get(i), results.get(i + 3), (float) (2e-6 * scale));
      }
    }
  }

  @Test
  void refusesFiltersThatCannotBeNormalised() {
    assertThrows(IllegalArgumentException.class, () -> new FirFilter(List.of(1.0, -1.0)));
    assertThrows(IllegalArgumentException.class, () -> new FirFilter(List.of(1.0)));
  }

  // The result and the gradient of half its squared norm.
  private static List<float[]> evaluated(
      boolean compiled, float[] x, List<Double> taps, boolean doubled) {
    FirFilter filter = new FirFilter(taps);
    return Evaluation.of(
        compiled,
        List.of(new Input(IMAGE, x)),
        (tf, in) -> {
          var y = doubled ? filter.up(tf, in.get(0)) : filter.down(tf, in.get(0));
          var norm =
              tf.reduceSum(
                  tf.math.mul(tf.math.square(y), tf.constant(0.5f)),
                  tf.constant(new int[] {0, 1, 2, 3}));
          return List.of(y, tf.gradients(norm, in).dy(0));
        });
  }

  private static float[] down(float[] x, List<Double> taps) {
    int half = SIZE / 2;
    int padding = (taps.size() - 1) / 2;
    double norm = Math.pow(taps.stream().mapToDouble(tap -> tap).sum(), 2);
    float[] y = new float[2 * half * half * CHANNELS];
    for (int n = 0, to = 0; n < 2; n++) {
      for (int i = 0; i < half; i++) {
        for (int j = 0; j < half; j++) {
          for (int c = 0; c < CHANNELS; c++, to++) {
            double sum = 0;
            for (int a = 0; a < taps.size(); a++) {
              for (int b = 0; b < taps.size(); b++) {
                int row = 2 * i + a - padding;
                int column = 2 * j + b - padding;
                if (row >= 0 && row < SIZE && column >= 0 && column < SIZE) {
                  sum += taps.get(a) * taps.get(b) * x[at(n, row, column, c, SIZE)];
                }
              }
            }
            y[to] = (float) (sum / norm);
          }
        }
      }
    }
    return y;
  }

  private static float[] up(float[] x, List<Double> taps) {
    int large = 2 * SIZE;
    int padding = (taps.size() - 1) / 2;
    double norm = Math.pow(taps.stream().mapToDouble(tap -> tap).sum(), 2) / 4;
    float[] y = new float[2 * large * large * CHANNELS];
    for (int from = 0; from < x.length; from++) {
      int c = from % CHANNELS;
      int j = from / CHANNELS % SIZE;
      int i = from / CHANNELS / SIZE % SIZE;
      int n = from / CHANNELS / SIZE / SIZE;
      for (int a = 0; a < taps.size(); a++) {
        for (int b = 0; b < taps.size(); b++) {
          int row = 2 * i + a - padding;
          int column = 2 * j + b - padding;
          if (row >= 0 && row < large && column >= 0 && column < large) {
            y[at(n, row, column, c, large)] += (float) (taps.get(a) * taps.get(b) * x[from] / norm);
          }
        }
      }
    }
    return y;
  }

  private static int at(int n, int row, int column, int channel, int size) {
    return ((n * size + row) * size + column) * CHANNELS + channel;
  }

  private static float[] image() {
    return Input.normal(1, IMAGE, 0).values();
  }
}
