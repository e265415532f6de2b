package org.couplet.layer;

import java.util.List;
import org.couplet.graph.Cast;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Reshape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * Halves and doubles images with the outer product of a filter and itself, normalised to sum 1
 * (Zhang 2019; Karras et al. 2022).
 *
 * @param taps of one dimension, at least 2, with a sum other than 0; [1, 1] averages squares of
 *     four pixels and repeats pixels
 */
public record FirFilter(List<Double> taps) {
  /** Requires a filter that can be normalised. */
  public FirFilter {
    taps = List.copyOf(taps);
    if (taps.size() < 2 || sum(taps) == 0) {
      throw new IllegalArgumentException("not a resampling filter: " + taps);
    }
  }

  /** Zeros that {@link #down} puts on each side of an image. */
  public int padding() {
    return (taps.size() - 1) / 2;
  }

  /**
   * Halves the image.
   *
   * @param x [n, h, w, c], static but for n; h and w even
   * @return [n, h/2, w/2, c]
   */
  public <T extends TFloating> Operand<T> down(Ops tf, Operand<T> x) {
    if (isBox()) {
      return averageSquares(tf, x);
    }
    return downUnpadded(tf, Layers.pad(tf, x, padding(), padding()));
  }

  /**
   * Halves an image that has its padding already.
   *
   * @param x [n, h + 2 padding, w + 2 padding, c]
   * @return [n, h/2, w/2, c]
   */
  public <T extends TFloating> Operand<T> downUnpadded(Ops tf, Operand<T> x) {
    if (isBox()) {
      return averageSquares(tf, x);
    }
    return depthwise(tf, x, kernel(tf, x.shape().get(3), 1, false), 2);
  }

  /**
   * Doubles the image.
   *
   * @param x [n, h, w, c], static but for n
   * @return [n, 2h, 2w, c]
   */
  public <T extends TFloating> Operand<T> up(Ops tf, Operand<T> x) {
    Shape shape = x.shape();
    if (isBox()) {
      float[] ones = {1, 1, 1, 1};
      Operand<TFloat32> square = tf.constant(Shape.of(1, 2, 1, 2, 1), DataBuffers.of(ones));
      return joined(tf, tf.math.mul(apart(tf, x), Cast.to(tf, square, x.type())), shape);
    }
    // A transposed convolution, written with zeros between the pixels: [n, 2h, 2w, c].
    int[][] zeros = {{0, 0}, {0, 0}, {0, 1}, {0, 0}, {0, 1}, {0, 0}};
    Operand<T> spread =
        joined(
            tf,
            tf.pad(apart(tf, x), tf.constant(zeros), Cast.to(tf, tf.constant(0f), x.type())),
            shape);
    int before = taps.size() - 1 - padding();
    // Half of the pixels of each axis are zero: twice the filter per axis keeps the brightness.
    return depthwise(
        tf, Layers.pad(tf, spread, before, before - 1), kernel(tf, shape.get(3), 4, true), 1);
  }

  /**
   * Doubles the image and convolves that with stride 1 and zeros around it.
   *
   * @param x [n, h, w, in], static but for n
   * @param kernel [k, k, in, out], k odd
   * @param conv2d of the graph
   * @return [n, 2h, 2w, out]
   */
  public <T extends TFloating> Operand<T> upConvolved(
      Ops tf, Operand<T> x, Operand<TFloat32> kernel, Conv2d conv2d) {
    if (!isBox()) {
      return conv2d.apply(tf, up(tf, x), kernel, null);
    }
    return conv2d.applyToDoubled(tf, x, kernel);
  }

  private boolean isBox() {
    return taps.size() == 2 && taps.get(0).equals(taps.get(1));
  }

  private static <T extends TFloating> Operand<T> averageSquares(Ops tf, Operand<T> x) {
    Shape shape = x.shape();
    long[] squares = {-1, shape.get(1) / 2, 2, shape.get(2) / 2, 2, shape.get(3)};
    Operand<T> sum =
        tf.reduceSum(tf.reshape(x, tf.constant(squares)), tf.constant(new int[] {2, 4}));
    return Layers.scale(tf, sum, 0.25f);
  }

  // [n, h, w, c] to [n, h, 1, w, 1, c]
  private static <T extends TFloating> Reshape<T> apart(Ops tf, Operand<T> x) {
    Shape shape = x.shape();
    long[] apart = {-1, shape.get(1), 1, shape.get(2), 1, shape.get(3)};
    return tf.reshape(x, tf.constant(apart));
  }

  // [n, h, 2, w, 2, c] to [n, 2h, 2w, c]
  private static <T extends TFloating> Operand<T> joined(Ops tf, Operand<T> x, Shape small) {
    long[] large = {-1, 2 * small.get(1), 2 * small.get(2), small.get(3)};
    return tf.reshape(x, tf.constant(large));
  }

  private static <T extends TFloating> Operand<T> depthwise(
      Ops tf, Operand<T> x, Operand<TFloat32> kernel, long stride) {
    return tf.nn.depthwiseConv2dNative(
        x, Cast.to(tf, kernel, x.type()), List.of(1L, stride, stride, 1L), "VALID");
  }

  // [k, k, channels, 1]
  private Operand<TFloat32> kernel(Ops tf, long channels, double gain, boolean flipped) {
    int size = taps.size();
    double norm = gain / (sum(taps) * sum(taps));
    var values = NdArrays.ofFloats(Shape.of(size, size, 1, 1));
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        double tap = taps.get(flipped ? size - 1 - i : i) * taps.get(flipped ? size - 1 - j : j);
        values.setFloat((float) (norm * tap), i, j, 0, 0);
      }
    }
    return tf.broadcastTo(tf.constant(values), tf.constant(new long[] {size, size, channels, 1}));
  }

  private static double sum(List<Double> taps) {
    return taps.stream().mapToDouble(Double::doubleValue).sum();
  }
}
