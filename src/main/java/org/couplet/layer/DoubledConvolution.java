package org.couplet.layer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.couplet.graph.Cast;
import org.couplet.graph.GraphFunction;
import org.couplet.graph.GraphFunction.InGraph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * Convolutions of images whose pixels are repeated once along each axis. Of a filter's k^2 products
 * with repeated pixels (k + 1)^2 / 4 differ: those of a transposed convolution with sums of the
 * filter's neighbours. The object belongs to one graph.
 *
 * <p>The result's four phases (even and odd rows and columns) are matrix products here, as
 * TensorFlow's transposed convolution, {@code Conv2DBackpropInput}, is wrong on some processors
 * (docs/tensorflow_java.md). Its gradients are convolutions with stride 2.
 */
final class DoubledConvolution {
  private static final List<Long> STRIDES = List.of(1L, 2L, 2L, 1L);

  /** What differs between functions: h, w and in of the image, size and out of the sums. */
  private record Kind(
      Class<? extends TFloating> type, int height, int width, int in, int size, int out) {
    static Kind of(Class<? extends TFloating> type, Shape image, Shape sums) {
      return new Kind(
          type,
          (int) image.get(1),
          (int) image.get(2),
          (int) image.get(3),
          (int) sums.get(0),
          (int) sums.get(3));
    }

    String name() {
      return "doubled_conv2d_%s_%dx%dx%dx%d_%d"
          .formatted(type.getSimpleName(), height, width, in, out, size)
          .toLowerCase(Locale.ROOT);
    }

    /** Filter taps of a phase along an axis. */
    int taps() {
      return size / 2;
    }

    /** The first of the sums that a phase (0 or 1) takes; it takes every other one. */
    int first(int phase) {
      return (taps() + phase) % 2;
    }

    /** Where a phase's first pixel is in the padded image. */
    int begin(int phase) {
      return taps() / 2 + (first(phase) - taps() + phase) / 2;
    }
  }

  private final Map<Kind, InGraph> functions = new LinkedHashMap<>();

  /**
   * Doubles the image and convolves that with zeros around it.
   *
   * @param x [n, h, w, in], static but for n; where n is not, no gradient may be taken
   * @param filter [k, k, in, out], k odd
   * @return [n, 2h, 2w, out]
   */
  <T extends TFloating> Operand<T> apply(Ops tf, Operand<T> x, Operand<TFloat32> filter) {
    Operand<T> sums = Cast.to(tf, neighbourSums(tf, filter), x.type());
    Kind kind = Kind.of(x.type(), x.shape(), sums.shape());
    if (x.shape().hasUnknownDimension()) {
      return value(tf, kind, x, sums);
    }
    Operand<T> y =
        functions
            .computeIfAbsent(kind, unused -> define(kind, kind.type()).addTo(tf, false))
            .call(tf, List.of(x, sums))
            .get(0)
            .expect(x.type());
    // A function's result has no known shape.
    return tf.reshape(
        y,
        tf.constant(
            new long[] {x.shape().get(0), 2L * kind.height(), 2L * kind.width(), kind.out()}));
  }

  /** The sums of each two neighbours, with zeros outside: [k, k, ...] to [k + 1, k + 1, ...]. */
  static Operand<TFloat32> neighbourSums(Ops tf, Operand<TFloat32> filter) {
    return neighbourSums(tf, neighbourSums(tf, filter, 0), 1);
  }

  private static Operand<TFloat32> neighbourSums(Ops tf, Operand<TFloat32> filter, int axis) {
    int[][] before = new int[4][2];
    int[][] after = new int[4][2];
    before[axis][0] = 1;
    after[axis][1] = 1;
    Operand<TFloat32> zero = tf.constant(0f);
    return tf.math.add(
        tf.pad(filter, tf.constant(before), zero), tf.pad(filter, tf.constant(after), zero));
  }

  private static <T extends TFloating> GraphFunction define(Kind kind, Class<T> type) {
    return ConvolutionFunction.define(
        kind.name(),
        type,
        (tf, x, sums) -> value(tf, kind, x, sums),
        DoubledConvolution::gradients);
  }

  private static <T extends TFloating> Operand<T> value(
      Ops tf, Kind kind, Operand<T> x, Operand<T> sums) {
    int around = kind.taps() / 2;
    Operand<T> wide = Layers.pad(tf, x, around, around);
    int taps = kind.taps();
    Operand<T> phases =
        tf.reshape(sums, tf.constant(new long[] {taps, 2, taps, 2, kind.in(), kind.out()}));
    List<Operand<T>> rows = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      List<Operand<T>> row = new ArrayList<>();
      for (int j = 0; j < 2; j++) {
        Operand<T> product =
            tf.linalg.matMul(columns(tf, kind, wide, i, j), filter(tf, kind, phases, i, j));
        row.add(
            tf.reshape(
                product, tf.constant(new long[] {-1, kind.height(), kind.width(), kind.out()})));
      }
      rows.add(
          tf.reshape(
              tf.concat(row, tf.constant(3)),
              tf.constant(new long[] {-1, kind.height(), 2L * kind.width() * kind.out()})));
    }
    return tf.reshape(
        tf.concat(rows, tf.constant(2)),
        tf.constant(new long[] {-1, 2L * kind.height(), 2L * kind.width(), kind.out()}));
  }

  // The pixels that each pixel of a phase is a sum over: [n h w, taps taps in].
  private static <T extends TFloating> Operand<T> columns(
      Ops tf, Kind kind, Operand<T> wide, int i, int j) {
    List<Operand<T>> neighbours = new ArrayList<>();
    for (int row = 0; row < kind.taps(); row++) {
      for (int column = 0; column < kind.taps(); column++) {
        int top = kind.begin(i) + row;
        int left = kind.begin(j) + column;
        neighbours.add(Layers.window(tf, wide, top, left, kind.height(), kind.width()));
      }
    }
    long width = (long) kind.taps() * kind.taps() * kind.in();
    Operand<T> all =
        neighbours.size() == 1 ? neighbours.get(0) : tf.concat(neighbours, tf.constant(3));
    return tf.reshape(all, tf.constant(new long[] {-1, width}));
  }

  // [taps, 2, taps, 2, in, out] to those of a phase: [taps taps in, out].
  private static <T extends TFloating> Operand<T> filter(
      Ops tf, Kind kind, Operand<T> phases, int i, int j) {
    int[] begin = {0, kind.first(i), 0, kind.first(j), 0, 0};
    int[] size = {-1, 1, -1, 1, -1, -1};
    return tf.reshape(
        tf.slice(phases, tf.constant(begin), tf.constant(size)),
        tf.constant(new long[] {-1, kind.out()}));
  }

  // To the gradients of x and of the sums.
  private static <T extends TFloating> List<Operand<?>> gradients(
      Ops tf, Operand<T> x, Operand<T> sums, Operand<T> dy) {
    Operand<T> filter = Layers.mirrored(tf, sums); // [size, size, out, in]
    Operand<TInt32> shape = tf.shape(filter);
    return List.of(
        tf.nn.conv2d(dy, filter, STRIDES, "SAME"),
        Layers.mirrored(tf, tf.nn.conv2dBackpropFilter(dy, shape, x, STRIDES, "SAME")));
  }
}
