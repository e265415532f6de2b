package org.couplet.layer;

import java.util.List;
import org.couplet.graph.Cast;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * The layers of a network as pure functions; images are [batch, height, width, channels]. A layer
 * works in the type of its input, float32 or bfloat16, and casts its float32 weights to it.
 */
public final class Layers {
  private Layers() {}

  /** factor x. */
  public static <T extends TFloating> Operand<T> scale(Ops tf, Operand<T> x, float factor) {
    return tf.math.mul(x, Cast.to(tf, tf.constant(factor), x.type()));
  }

  /**
   * Convolves with stride 1 and zeros around the image, which keeps its size.
   *
   * @param x [n, h, w, in]
   * @param filter [height, width, in, out]
   * @return [n, h, w, out]
   */
  public static <T extends TFloating> Operand<T> conv2d(
      Ops tf, Operand<T> x, Operand<TFloat32> filter) {
    return tf.nn.conv2d(x, Cast.to(tf, filter, x.type()), List.of(1L, 1L, 1L, 1L), "SAME");
  }

  /**
   * Convolves with stride 1 and {@code padding} zeros on each side.
   *
   * @param x [n, h, w, in]
   * @param filter [k, k, in, out]
   * @param padding pixels, at least 0
   * @return [n, h + 2 padding - k + 1, w + 2 padding - k + 1, out]
   */
  public static <T extends TFloating> Operand<T> conv2d(
      Ops tf, Operand<T> x, Operand<TFloat32> filter, int padding) {
    return tf.nn.conv2d(
        pad(tf, x, padding, padding),
        Cast.to(tf, filter, x.type()),
        List.of(1L, 1L, 1L, 1L),
        "VALID");
  }

  /**
   * The filter of a convolution's transpose: turned by half a turn, its channels swapped.
   *
   * @param filter [k, k, in, out]
   * @return [k, k, out, in]
   */
  static <T extends TFloating> Operand<T> mirrored(Ops tf, Operand<T> filter) {
    return tf.linalg.transpose(
        tf.reverse(filter, tf.constant(new int[] {0, 1})), tf.constant(new int[] {0, 1, 3, 2}));
  }

  /** Adds zeros before and after the rows and columns of x [n, h, w, c]. */
  static <T extends TFloating> Operand<T> pad(Ops tf, Operand<T> x, int before, int after) {
    int[][] paddings = {{0, 0}, {before, after}, {before, after}, {0, 0}};
    return tf.pad(x, tf.constant(paddings), Cast.to(tf, tf.constant(0f), x.type()));
  }

  /**
   * A part of each image.
   *
   * @param x [n, h, w, c]
   * @param top its first row
   * @param left its first column
   * @return [n, height, width, c]
   */
  static <T extends TFloating> Operand<T> window(
      Ops tf, Operand<T> x, int top, int left, int height, int width) {
    int[] begin = {0, top, left, 0};
    int[] size = {-1, height, width, -1};
    return tf.slice(x, tf.constant(begin), tf.constant(size));
  }

  /**
   * Adds one value per channel.
   *
   * @param x [..., c]
   * @param bias [c]
   */
  public static <T extends TFloating> Operand<T> biasAdd(
      Ops tf, Operand<T> x, Operand<TFloat32> bias) {
    return tf.nn.biasAdd(x, Cast.to(tf, bias, x.type()));
  }

  /**
   * x weight + bias.
   *
   * @param x [n, in]
   * @param weight [in, out]
   * @param bias [out]
   * @return [n, out]
   */
  public static <T extends TFloating> Operand<T> linear(
      Ops tf, Operand<T> x, Operand<TFloat32> weight, Operand<TFloat32> bias) {
    return biasAdd(tf, tf.linalg.matMul(x, Cast.to(tf, weight, x.type())), bias);
  }

  /**
   * Attention: softmax(q k' / sqrt(c)) v, the softmax over the keys and in float32.
   *
   * @param query [..., positions, c], c static
   * @param key [..., positions, c]
   * @param value [..., positions, c]
   * @return [..., positions, c]
   */
  public static <T extends TFloating> Operand<T> attention(
      Ops tf, Operand<T> query, Operand<T> key, Operand<T> value) {
    Class<T> type = query.type();
    double channels = query.shape().get(query.shape().numDimensions() - 1);
    Operand<T> scaled = scale(tf, query, (float) (1 / Math.sqrt(channels)));
    Operand<T> logits = tf.train.batchMatMul(scaled, key, type, BatchMatMul.adjY(true));
    Operand<TFloat32> shares = tf.nn.softmax(Cast.to(tf, logits, TFloat32.class));
    return tf.train.batchMatMul(Cast.to(tf, shares, type), value, type);
  }

  /**
   * Sines and cosines of a label at several frequencies.
   *
   * @param label [n]
   * @param frequencies [m], radians per unit of the label
   * @param cosinesFirst whether the cosines come first, or the sines
   * @return [n, 2 m]
   */
  public static Operand<TFloat32> sinusoids(
      Ops tf, Operand<TFloat32> label, Operand<TFloat32> frequencies, boolean cosinesFirst) {
    Operand<TFloat32> column = tf.reshape(label, tf.constant(new long[] {-1, 1}));
    Operand<TFloat32> angles = tf.math.mul(column, frequencies); // [n, m]
    Operand<TFloat32> sines = tf.math.sin(angles);
    Operand<TFloat32> cosines = tf.math.cos(angles);
    return tf.concat(
        cosinesFirst ? List.of(cosines, sines) : List.of(sines, cosines), tf.constant(1));
  }
}
