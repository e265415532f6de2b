package org.couplet.layer;

import java.util.Arrays;
import org.couplet.graph.Cast;
import org.couplet.graph.Expr;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;
import org.tensorflow.types.family.TType;

/**
 * Group normalisation (Wu &amp; He 2018), followed by a scale and a bias per channel.
 *
 * <p>The moments are taken in two stages, per channel over the image and then over the group's
 * channels, so that no array of the image's size changes its shape: much cheaper than one reduction
 * over [positions, channels of the group]. The variance is that of centred values, as E[x^2] -
 * E[x]^2 loses its digits where the mean is large. The moments are float32 whatever x is; arrays of
 * the image's size, which wait for the backward pass, keep x's type.
 *
 * @param channels a multiple of groups
 * @param groups at least 1
 * @param epsilon added to the variance
 */
public record GroupNorm(int channels, int groups, double epsilon) {
  /** With as many groups as the networks have, min(32, channels / 4). */
  public static GroupNorm of(int channels, double epsilon) {
    return new GroupNorm(channels, Math.min(32, channels / 4), epsilon);
  }

  /** Requires that the groups divide the channels. */
  public GroupNorm {
    if (groups < 1 || channels % groups != 0) {
      throw new IllegalArgumentException(
          channels + " channels do not fall into " + groups + " groups");
    }
  }

  /**
   * Normalises x + shift without forming that sum.
   *
   * @param x [n, h, w, channels], h and w static
   * @param shift [n, channels] or null for none
   * @param affine that follows
   * @return [n, h, w, channels]
   */
  public <T extends TFloating> Operand<T> apply(
      Ops tf, Operand<T> x, @Nullable Operand<T> shift, Affine affine) {
    Operand<T> image = flat(tf, x);
    Operand<TFloat32> centre = centre(tf, meanOverImage(tf, image), shift);
    Expr<T> centred = Expr.of(tf, image).as(TFloat32.class).minus(centre).as(x.type());
    Expr<TFloat32> factor =
        Expr.of(tf, reciprocalDeviation(tf, meanOverImage(tf, centred.squared())))
            .times(affine.scale());
    Operand<T> scaled = centred.times(factor.as(x.type()));
    return image(tf, affine.biased(tf, scaled), x.shape());
  }

  /** [n, h, w, channels] to [n, h w, channels]. */
  <T extends TType> Operand<T> flat(Ops tf, Operand<T> x) {
    long positions = x.shape().get(1) * x.shape().get(2);
    return tf.reshape(x, tf.constant(new long[] {-1, positions, channels}));
  }

  /** [n, h w, channels] to a shape [n, h, w, channels]. */
  <T extends TType> Operand<T> image(Ops tf, Operand<T> flat, Shape shape) {
    long n = shape.get(0); // Shape.UNKNOWN_SIZE is what a reshape takes for it.
    return tf.reshape(flat, tf.constant(new long[] {n, shape.get(1), shape.get(2), channels}));
  }

  /**
   * What a group's values of x + shift are centred about, less the shift.
   *
   * @param channelMeans of x, [n, 1, channels]
   * @return [n, 1, channels]
   */
  <T extends TFloating> Operand<TFloat32> centre(
      Ops tf, Operand<TFloat32> channelMeans, @Nullable Operand<T> shift) {
    if (shift == null) {
      return meanOverGroup(tf, channelMeans);
    }
    Operand<TFloat32> row =
        tf.reshape(Cast.to(tf, shift, TFloat32.class), tf.constant(new long[] {-1, 1, channels}));
    return Expr.of(tf, meanOverGroup(tf, Expr.of(tf, channelMeans).plus(row))).minus(row);
  }

  /** One over the standard deviation, from the means of squares, both [n, 1, channels]. */
  Operand<TFloat32> reciprocalDeviation(Ops tf, Operand<TFloat32> channelMeans) {
    return tf.math.rsqrt(Expr.of(tf, meanOverGroup(tf, channelMeans)).plus(epsilon));
  }

  // A sum and a small product: the gradient of a mean would divide an array of the image's size.
  private static Operand<TFloat32> meanOverImage(Ops tf, Operand<? extends TFloating> image) {
    long positions = image.shape().get(1);
    Operand<TFloat32> sum =
        tf.reduceSum(Cast.to(tf, image, TFloat32.class), tf.constant(1), ReduceSum.keepDims(true));
    return Expr.of(tf, sum).times(1.0 / positions);
  }

  /** [n, 1, channels] to [n, 1, channels], every channel with its group's mean. */
  Operand<TFloat32> meanOverGroup(Ops tf, Operand<TFloat32> channelMeans) {
    int size = channels / groups;
    Operand<TFloat32> grouped =
        tf.reshape(channelMeans, tf.constant(new long[] {-1, groups, size}));
    Operand<TFloat32> sum = tf.reduceSum(grouped, tf.constant(2), ReduceSum.keepDims(true));
    float[] shares = new float[size];
    Arrays.fill(shares, 1f / size);
    // The product also spreads the mean over the group's channels, whatever n is.
    return tf.reshape(
        tf.math.mul(sum, tf.constant(shares)), tf.constant(new long[] {-1, 1, channels}));
  }
}
