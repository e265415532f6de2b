package org.couplet.graph;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.TFloat32;

/** The layers of a network as pure functions; images are [batch, height, width, channels]. */
public final class Layers {
  private Layers() {}

  /**
   * Convolves with stride 1 and zeros around the image, which keeps its size.
   *
   * @param x [n, h, w, in]
   * @param filter [height, width, in, out]
   * @return [n, h, w, out]
   */
  public static Operand<TFloat32> conv2d(Ops tf, Operand<TFloat32> x, Operand<TFloat32> filter) {
    return tf.nn.conv2d(x, filter, List.of(1L, 1L, 1L, 1L), "SAME");
  }

  /**
   * Convolves with stride 1 and {@code padding} zeros on each side.
   *
   * @param x [n, h, w, in]
   * @param filter [k, k, in, out]
   * @param padding pixels, at least 0
   * @return [n, h + 2 padding - k + 1, w + 2 padding - k + 1, out]
   */
  public static Operand<TFloat32> conv2d(
      Ops tf, Operand<TFloat32> x, Operand<TFloat32> filter, int padding) {
    return tf.nn.conv2d(pad(tf, x, padding, padding), filter, List.of(1L, 1L, 1L, 1L), "VALID");
  }

  /** Adds zeros before and after the rows and columns of x [n, h, w, c]. */
  static Operand<TFloat32> pad(Ops tf, Operand<TFloat32> x, int before, int after) {
    int[][] paddings = {{0, 0}, {before, after}, {before, after}, {0, 0}};
    return tf.pad(x, tf.constant(paddings), tf.constant(0f));
  }

  /**
   * Adds one value per channel.
   *
   * @param x [..., c]
   * @param bias [c]
   */
  public static Operand<TFloat32> biasAdd(Ops tf, Operand<TFloat32> x, Operand<TFloat32> bias) {
    return tf.nn.biasAdd(x, bias);
  }

  /**
   * x weight + bias.
   *
   * @param x [n, in]
   * @param weight [in, out]
   * @param bias [out]
   * @return [n, out]
   */
  public static Operand<TFloat32> linear(
      Ops tf, Operand<TFloat32> x, Operand<TFloat32> weight, Operand<TFloat32> bias) {
    return biasAdd(tf, tf.linalg.matMul(x, weight), bias);
  }

  /** x sigmoid(x) (Hendrycks &amp; Gimpel 2016; Elfwing et al. 2017). */
  public static Operand<TFloat32> silu(Ops tf, Operand<TFloat32> x) {
    return tf.math.mul(x, tf.math.sigmoid(x));
  }

  /** x Phi(x), Phi the standard normal's distribution function (Hendrycks &amp; Gimpel 2016). */
  public static Operand<TFloat32> gelu(Ops tf, Operand<TFloat32> x) {
    Operand<TFloat32> erf = tf.math.erf(tf.math.mul(x, tf.constant((float) Math.sqrt(0.5))));
    return tf.math.mul(tf.math.mul(x, tf.constant(0.5f)), tf.math.add(erf, tf.constant(1f)));
  }

  /**
   * Attention with one head: softmax(q k' / sqrt(c)) v, the softmax over the keys.
   *
   * @param query [n, positions, c], c static
   * @param key [n, positions, c]
   * @param value [n, positions, c]
   * @return [n, positions, c]
   */
  public static Operand<TFloat32> attention(
      Ops tf, Operand<TFloat32> query, Operand<TFloat32> key, Operand<TFloat32> value) {
    double channels = query.shape().get(2);
    Operand<TFloat32> scaled = tf.math.mul(query, tf.constant((float) (1 / Math.sqrt(channels))));
    Operand<TFloat32> logits =
        tf.train.batchMatMul(scaled, key, TFloat32.class, BatchMatMul.adjY(true));
    return tf.train.batchMatMul(tf.nn.softmax(logits), value, TFloat32.class);
  }

  /**
   * Sines, then cosines, of a label at several frequencies.
   *
   * @param label [n]
   * @param frequencies [m], radians per unit of the label
   * @return [n, 2 m]
   */
  public static Operand<TFloat32> sinusoids(
      Ops tf, Operand<TFloat32> label, Operand<TFloat32> frequencies) {
    Operand<TFloat32> column = tf.reshape(label, tf.constant(new long[] {-1, 1}));
    Operand<TFloat32> angles = tf.math.mul(column, frequencies); // [n, m]
    return tf.concat(List.of(tf.math.sin(angles), tf.math.cos(angles)), tf.constant(1));
  }
}
