package org.couplet.layer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.couplet.graph.GraphFunction;
import org.couplet.graph.GraphFunction.InGraph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/**
 * Convolutions with stride 1 and an odd, square filter. The gradient by the image is a convolution
 * too, of the result's gradient with the mirrored filter: TensorFlow's own {@code
 * Conv2DBackpropInput} is wrong on some processors (docs/tensorflow_java.md). The object belongs to
 * one graph.
 */
final class DirectConvolution {
  private static final List<Long> STRIDES = List.of(1L, 1L, 1L, 1L);

  /** What differs between functions; {@code size} is that of the filter. */
  private record Kind(Class<? extends TFloating> type, long size, boolean padded) {
    String padding() {
      return padded ? "SAME" : "VALID";
    }

    String name() {
      return "conv2d_%s_%s_%d"
          .formatted(type.getSimpleName(), padding(), size)
          .toLowerCase(Locale.ROOT);
    }
  }

  private final Map<Kind, InGraph> functions = new LinkedHashMap<>();

  /**
   * Convolves.
   *
   * @param x [n, h, w, in], static
   * @param filter [k, k, in, out], static, k odd
   * @param padded whether zeros around the image keep its size; else h and w lose k - 1
   * @return [n, h', w', out]
   */
  <T extends TFloating> Operand<T> apply(Ops tf, Operand<T> x, Operand<T> filter, boolean padded) {
    long size = filter.shape().get(0);
    Kind kind = new Kind(x.type(), size, padded);
    Operand<T> y =
        functions
            .computeIfAbsent(kind, unused -> define(kind, kind.type()).addTo(tf, false))
            .call(tf, List.of(x, filter))
            .get(0)
            .expect(x.type());
    // A function's result has no known shape.
    long lost = padded ? 0 : size - 1;
    Shape image = x.shape();
    return tf.reshape(
        y,
        tf.constant(
            new long[] {
              image.get(0), image.get(1) - lost, image.get(2) - lost, filter.shape().get(3)
            }));
  }

  private static <T extends TFloating> GraphFunction define(Kind kind, Class<T> type) {
    return ConvolutionFunction.define(
        kind.name(),
        type,
        (tf, x, filter) -> tf.nn.conv2d(x, filter, STRIDES, kind.padding()),
        (tf, x, filter, dy) -> gradients(tf, kind, x, filter, dy));
  }

  // (x, filter, gradient of y) to the gradients of the first two.
  private static <T extends TFloating> List<Operand<?>> gradients(
      Ops tf, Kind kind, Operand<T> x, Operand<T> filter, Operand<T> dy) {
    int around = (int) kind.size() - 1;
    Operand<T> wide = kind.padded() ? dy : Layers.pad(tf, dy, around, around);
    return List.of(
        tf.nn.conv2d(wide, Layers.mirrored(tf, filter), STRIDES, kind.padding()),
        tf.nn.conv2dBackpropFilter(x, tf.shape(filter), dy, STRIDES, kind.padding()));
  }
}
