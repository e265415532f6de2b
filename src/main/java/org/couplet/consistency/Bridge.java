package org.couplet.consistency;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * x_i = (1 - a_i) x + a_i z: an interpolation between data and noise of unit variance (section 5.1,
 * appendix B).
 *
 * @param alpha how a follows from sigma
 */
public record Bridge(Alpha alpha) implements ForwardProcess {
  /** How the share of noise a follows from the level. */
  public enum Alpha {
    /** a = sigma / (sigma + 1): EDM's signal-to-noise ratio at every level. */
    SIGNAL_TO_NOISE,
    /** a = sigma, which must not exceed 1. */
    SIGMA
  }

  @Override
  public Operand<TFloat32> point(
      Ops tf, Operand<TFloat32> x, Operand<TFloat32> z, Operand<TFloat32> sigma) {
    return tf.math.add(
        tf.math.mul(Rows.like(tf, data(tf, sigma), x), x),
        tf.math.mul(Rows.like(tf, noise(tf, sigma), x), z));
  }

  @Override
  public Operand<TFloat32> start(Ops tf, Operand<TFloat32> z, Operand<TFloat32> sigma) {
    return tf.math.mul(Rows.like(tf, noise(tf, sigma), z), z);
  }

  /**
   * An estimate is a point at sigma_min: (1 - a_0) x + a_0 z_0. Scaled by s = (1 - a) / (1 - a_0)
   * it lacks noise of variance a^2 - (s a_0)^2 = a' (a + s a_0) to be a point at sigma.
   */
  @Override
  public Operand<TFloat32> renoise(
      Ops tf,
      Operand<TFloat32> xHat,
      Operand<TFloat32> z,
      Operand<TFloat32> sigma,
      double sigmaMin) {
    Operand<TFloat32> moved = moved(tf, sigma, sigmaMin);
    Operand<TFloat32> scale = tf.math.sub(tf.constant(1f), moved);
    Operand<TFloat32> left = tf.math.mul(scale, noise(tf, tf.constant((float) sigmaMin)));
    Operand<TFloat32> missing =
        tf.math.sqrt(tf.math.mul(moved, tf.math.add(noise(tf, sigma), left)));
    return tf.math.add(
        tf.math.mul(Rows.like(tf, scale, xHat), xHat),
        tf.math.mul(Rows.like(tf, missing, xHat), z));
  }

  /**
   * EDM's derivation for these points, whose variance is (1 - a)^2 sigma_data^2 + a^2; skip and out
   * with a' = (a - a_0) / (1 - a_0) in place of a, which is 0 at sigma_min and 1 where a is.
   */
  @Override
  public Scaling scaling(Ops tf, Operand<TFloat32> sigma, double sigmaMin, double sigmaData) {
    Operand<TFloat32> dataVariance = tf.constant((float) (sigmaData * sigmaData));
    Operand<TFloat32> moved = moved(tf, sigma, sigmaMin);
    Operand<TFloat32> kept = tf.math.sub(tf.constant(1f), moved);
    Operand<TFloat32> deviation =
        tf.math.sqrt(variance(tf, data(tf, sigma), noise(tf, sigma), dataVariance));
    return new Scaling(
        tf.math.div(tf.math.mul(kept, dataVariance), variance(tf, kept, moved, dataVariance)),
        tf.math.div(tf.math.mul(tf.constant((float) sigmaData), moved), deviation),
        tf.math.reciprocal(deviation));
  }

  // a' = (a - a_0) / (1 - a_0), written so that sigma = sigma_min gives 0 without rounding. A
  // quotient such as (1 - a) / (1 - a_0) would not always give 1: kernels multiply by reciprocals.
  private Operand<TFloat32> moved(Ops tf, Operand<TFloat32> sigma, double sigmaMin) {
    Operand<TFloat32> lowest = tf.constant((float) sigmaMin);
    Operand<TFloat32> above = tf.math.sub(sigma, lowest);
    return switch (alpha) {
      case SIGNAL_TO_NOISE -> tf.math.mul(data(tf, sigma), above);
      case SIGMA -> tf.math.div(above, data(tf, lowest));
    };
  }

  private static Operand<TFloat32> variance(
      Ops tf, Operand<TFloat32> data, Operand<TFloat32> noise, Operand<TFloat32> dataVariance) {
    return tf.math.add(tf.math.mul(tf.math.square(data), dataVariance), tf.math.square(noise));
  }

  // a
  private Operand<TFloat32> noise(Ops tf, Operand<TFloat32> sigma) {
    return switch (alpha) {
      case SIGNAL_TO_NOISE -> tf.math.div(sigma, tf.math.add(sigma, tf.constant(1f)));
      case SIGMA -> sigma;
    };
  }

  // 1 - a
  private Operand<TFloat32> data(Ops tf, Operand<TFloat32> sigma) {
    return switch (alpha) {
      case SIGNAL_TO_NOISE -> tf.math.reciprocal(tf.math.add(sigma, tf.constant(1f)));
      case SIGMA -> tf.math.sub(tf.constant(1f), sigma);
    };
  }
}
