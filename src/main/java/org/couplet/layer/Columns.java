package org.couplet.layer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.couplet.graph.GraphFunction;
import org.couplet.graph.GraphFunction.InGraph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.family.TFloating;

/**
 * Convolutions as products of matrices: a row of the first holds what a pixel of the result is a
 * sum over, the second is the filter as it is. A direct convolution first brings the filter into an
 * order of its own, which takes long for images of few pixels. The object belongs to one graph.
 *
 * <p>The backward pass rebuilds the rows: keeping them would take as much memory as the image,
 * times the pixels of the filter.
 */
final class Columns {
  // Of larger images the rows take longer to write than a direct convolution saves.
  private static final long MOST_PIXELS = 16 * 16;
  // The rows cost by the channels that come in, what they save goes by the product of both.
  private static final long FEWEST_CHANNELS = 192;

  /** What differs between functions; {@code size} is that of the filter. */
  private record Kind(
      Class<? extends TFloating> type, int height, int width, int in, int out, int size) {
    String name() {
      return "columns_conv2d_%s_%dx%dx%dx%d_%d"
          .formatted(type.getSimpleName(), height, width, in, out, size)
          .toLowerCase(Locale.ROOT);
    }

    /** Of the gradient by the image, which is a convolution too. */
    Kind transposed() {
      return new Kind(type, height, width, out, in, size);
    }

    long[] image(int channels) {
      return new long[] {-1, height, width, channels};
    }
  }

  private final Map<Kind, InGraph> functions = new LinkedHashMap<>();

  /** Whether a convolution is cheaper so; of an image [n, h, w, in] by [k, k, in, out]. */
  static boolean pays(Shape image, Shape filter) {
    return filter.get(0) == 1
        || (image.get(1) * image.get(2) <= MOST_PIXELS
            && Math.min(filter.get(2), filter.get(3)) >= FEWEST_CHANNELS);
  }

  /**
   * Convolves with stride 1 and zeros around the image.
   *
   * @param x [n, h, w, in], static
   * @param filter [k, k, in, out], static, k odd
   * @return [n, h, w, out]
   */
  <T extends TFloating> Operand<T> apply(Ops tf, Operand<T> x, Operand<T> filter) {
    Kind kind =
        new Kind(
            x.type(),
            (int) x.shape().get(1),
            (int) x.shape().get(2),
            (int) x.shape().get(3),
            (int) filter.shape().get(3),
            (int) filter.shape().get(0));
    Operand<T> y =
        kind.size() == 1
            ? single(tf, kind, x, filter)
            : functions
                .computeIfAbsent(kind, unused -> define(kind, kind.type()).addTo(tf, false))
                .call(tf, List.of(x, filter))
                .get(0)
                .expect(x.type());
    // A function's result has no known shape.
    long[] shape = kind.image(kind.out());
    shape[0] = x.shape().get(0);
    return tf.reshape(y, tf.constant(shape));
  }

  // Of a filter of one pixel the image's own pixels are the rows; TensorFlow takes the gradients.
  private static <T extends TFloating> Operand<T> single(
      Ops tf, Kind kind, Operand<T> x, Operand<T> filter) {
    return tf.linalg.matMul(
        tf.reshape(x, tf.constant(new long[] {-1, kind.in()})),
        tf.reshape(filter, tf.constant(new long[] {kind.in(), kind.out()})));
  }

  private static <T extends TFloating> GraphFunction define(Kind kind, Class<T> type) {
    return ConvolutionFunction.define(
        kind.name(),
        type,
        (tf, x, filter) -> value(tf, kind, x, filter),
        (tf, x, filter, dy) -> gradients(tf, kind, x, filter, dy));
  }

  private static <T extends TFloating> Operand<T> value(
      Ops tf, Kind kind, Operand<T> x, Operand<T> filter) {
    Operand<T> matrix = tf.reshape(filter, tf.constant(new long[] {-1, kind.out()}));
    return tf.reshape(
        tf.linalg.matMul(rows(tf, kind, x), matrix), tf.constant(kind.image(kind.out())));
  }

  // (x, filter, gradient of y) to the gradients of the first two.
  private static <T extends TFloating> List<Operand<?>> gradients(
      Ops tf, Kind kind, Operand<T> x, Operand<T> filter, Operand<T> dy) {
    Operand<T> flat = tf.reshape(dy, tf.constant(new long[] {-1, kind.out()}));
    long[] filterShape = {kind.size(), kind.size(), kind.in(), kind.out()};
    return List.of(
        value(tf, kind.transposed(), dy, Layers.mirrored(tf, filter)),
        tf.reshape(
            tf.linalg.matMul(rows(tf, kind, x), flat, MatMul.transposeA(true)),
            tf.constant(filterShape)));
  }

  // [n, h, w, in] to [n h w, size size in].
  private static <T extends TFloating> Operand<T> rows(Ops tf, Kind kind, Operand<T> x) {
    Operand<T> wide = Layers.pad(tf, x, kind.size() / 2, kind.size() / 2);
    List<Operand<T>> neighbours = new ArrayList<>();
    for (int i = 0; i < kind.size(); i++) {
      for (int j = 0; j < kind.size(); j++) {
        neighbours.add(Layers.window(tf, wide, i, j, kind.height(), kind.width()));
      }
    }
    long width = (long) kind.size() * kind.size() * kind.in();
    return tf.reshape(tf.concat(neighbours, tf.constant(3)), tf.constant(new long[] {-1, width}));
  }
}
