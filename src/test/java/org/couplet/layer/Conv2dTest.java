package org.couplet.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.couplet.graph.Evaluation;
import org.couplet.graph.Evaluation.Input;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gradients;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/** Convolutions against their definition, in float64. */
@Tag("long")
class Conv2dTest {
  private static final int ROWS = 2;
  private static final int HEIGHT = 6;
  private static final int WIDTH = 5;
  private static final int IN = 16;
  private static final int OUT = 7;

  @ParameterizedTest
  @CsvSource({"1, 0", "3, 1", "5, 2", "1, 2", "3, 0", "3, 3"})
  void valueAndGradientsAreThoseOfTheDefinition(int size, int padding) {
    boolean keepsSize = 2 * padding == size - 1;
    check(
        new Image(ROWS, HEIGHT, WIDTH, IN),
        OUT,
        size,
        padding,
        (tf, in) ->
            keepsSize
                ? conv2d().apply(tf, in.get(0), in.get(1), null)
                : conv2d().apply(tf, in.get(0), in.get(1), padding),
        1);
  }

  // As products of matrices.
  @ParameterizedTest
  @CsvSource({"3", "5"})
  void ofFewPixelsAndManyChannelsTheyAreToo(int size) {
    int channels = 192;
    assertTrue(
        Columns.pays(Shape.of(1, 4, 3, channels), Shape.of(size, size, channels, channels + 1)));
    check(
        new Image(1, 4, 3, channels),
        channels + 1,
        size,
        size / 2,
        (tf, in) -> conv2d().apply(tf, in.get(0), in.get(1), null),
        1);
  }

  @ParameterizedTest
  @CsvSource({"1", "3", "5"})
  void ofDoubledImagesTheyAreTheDoubledOnes(int size) {
    check(
        new Image(ROWS, HEIGHT, WIDTH, IN),
        OUT,
        size,
        size / 2,
        (tf, in) -> conv2d().applyToDoubled(tf, in.get(0), in.get(1)),
        2);
  }

  @ParameterizedTest
  @EnumSource(Conv2d.Algorithms.class)
  void onlyTensorFlowsOwnGradientsUseTheKernelThatMayBeWrong(Conv2d.Algorithms algorithms) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Conv2d conv2d = new Conv2d(algorithms);
      Operand<TFloat32> x = placeholder(tf, Shape.of(4, 16, 16, 96));
      Operand<TFloat32> filter = placeholder(tf, Shape.of(3, 3, 96, 96));
      Operand<TFloat32> y =
          conv2d.apply(
              tf, conv2d.applyToDoubled(tf, conv2d.apply(tf, x, filter, null), filter), filter, 0);
      tf.gradients(y, List.of(x, filter));
      boolean used = graph.toGraphDef().toString().contains("\"Conv2DBackpropInput\"");
      assertEquals(algorithms == Conv2d.Algorithms.TENSORFLOW, used);
    }
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void withoutKnownRowsThereAreNoFunctions(boolean known) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> x = placeholder(tf, Shape.of(known ? 4 : -1, 8, 8, 16));
      Operand<TFloat32> filter = placeholder(tf, Shape.of(3, 3, 16, 16));
      conv2d().applyToDoubled(tf, conv2d().apply(tf, x, filter, null), filter);
      boolean functions = graph.toGraphDef().getLibrary().getFunctionCount() > 0;
      if (known) {
        assertTrue(functions);
      } else {
        assertFalse(functions);
      }
    }
  }

  private static Conv2d conv2d() {
    return new Conv2d(Conv2d.Algorithms.DIRECT);
  }

  private static Operand<TFloat32> placeholder(Ops tf, Shape shape) {
    return tf.placeholder(TFloat32.class, Placeholder.shape(shape));
  }

  private record Image(int rows, int height, int width, int channels) {
    Shape shape() {
      return Shape.of(rows, height, width, channels);
    }

    int at(int row, int y, int x, int channel) {
      return ((row * height + y) * width + x) * channels + channel;
    }

    int size() {
      return rows * height * width * channels;
    }
  }

  /**
   * Compares with the convolution of the image, each pixel repeated {@code scale} times along each
   * axis.
   */
  private static void check(
      Image image,
      int channels,
      int size,
      int padding,
      BiFunction<Ops, List<Operand<TFloat32>>, Operand<TFloat32>> convolution,
      int scale) {
    Image result =
        new Image(
            image.rows(),
            scale * image.height() + 2 * padding - size + 1,
            scale * image.width() + 2 * padding - size + 1,
            channels);
    Input x = Input.normal(1, image.shape(), 0);
    Input filter = Input.normal(2, Shape.of(size, size, image.channels(), channels), 0);
    Input dy = Input.normal(3, result.shape(), 0);
    double[] y = new double[result.size()];
    double[] dx = new double[image.size()];
    double[] dFilter = new double[filter.values().length];
    float[] xs = x.values();
    float[] filters = filter.values();
    float[] dys = dy.values();
    for (int row = 0; row < image.rows(); row++) {
      for (int i = 0; i < result.height(); i++) {
        for (int j = 0; j < result.width(); j++) {
          for (int u = 0; u < size; u++) {
            for (int v = 0; v < size; v++) {
              int down = i + u - padding;
              int right = j + v - padding;
              if (down < 0
                  || right < 0
                  || down >= scale * image.height()
                  || right >= scale * image.width()) {
                continue;
              }
              for (int from = 0; from < image.channels(); from++) {
                int at = image.at(row, down / scale, right / scale, from);
                for (int to = 0; to < channels; to++) {
                  int weight = ((u * size + v) * image.channels() + from) * channels + to;
                  int out = result.at(row, i, j, to);
                  y[out] += (double) xs[at] * filters[weight];
                  dx[at] += (double) dys[out] * filters[weight];
                  dFilter[weight] += (double) dys[out] * xs[at];
                }
              }
            }
          }
        }
      }
    }
    for (boolean compiled : new boolean[] {false, true}) {
      List<float[]> actual =
          Evaluation.of(
              compiled,
              List.of(x, filter, dy),
              (tf, in) -> {
                Operand<TFloat32> value = convolution.apply(tf, in);
                var gradients =
                    tf.gradients(value, in.subList(0, 2), Gradients.dx(List.of(in.get(2))));
                return new ArrayList<>(List.of(value, gradients.dy(0), gradients.dy(1)));
              });
      assertTrue(Evaluation.relativeError(floats(y), actual.get(0)) < 1e-6);
      assertTrue(Evaluation.relativeError(floats(dx), actual.get(1)) < 1e-6);
      assertTrue(Evaluation.relativeError(floats(dFilter), actual.get(2)) < 1e-6);
    }
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }
}
