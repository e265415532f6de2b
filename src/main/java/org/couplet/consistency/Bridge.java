package org.couplet.consistency;

import org.couplet.graph.Expr;
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
    Expr<TFloat32> s = Expr.of(tf, sigma);
    return Rows.like(tf, data(s), x).times(x).plus(Rows.like(tf, alpha(s), x).times(z));
  }

  @Override
  public Operand<TFloat32> start(Ops tf, Operand<TFloat32> z, Operand<TFloat32> sigma) {
    return Rows.like(tf, alpha(Expr.of(tf, sigma)), z).times(z);
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
    Expr<TFloat32> s = Expr.of(tf, sigma);
    Expr<TFloat32> moved = moved(s, sigmaMin);
    Expr<TFloat32> scale = moved.oneMinus();
    Expr<TFloat32> left = scale.times(alpha(s.constant(sigmaMin)));
    Expr<TFloat32> missing = moved.times(alpha(s).plus(left)).sqrt();
    return Rows.like(tf, scale, xHat).times(xHat).plus(Rows.like(tf, missing, xHat).times(z));
  }

  /**
   * EDM's derivation for these points, whose variance is (1 - a)^2 sigma_data^2 + a^2; cSkip and
   * cOut with a' = (a - a_0) / (1 - a_0) in place of a, which is 0 at sigma_min and 1 where a is.
   */
  @Override
  public Preconditioning preconditioning(
      Ops tf, Operand<TFloat32> sigma, double sigmaMin, double sigmaData) {
    Expr<TFloat32> s = Expr.of(tf, sigma);
    Expr<TFloat32> dataVariance = s.constant(sigmaData * sigmaData);
    Expr<TFloat32> moved = moved(s, sigmaMin);
    Expr<TFloat32> kept = moved.oneMinus();
    Expr<TFloat32> deviation = variance(data(s), alpha(s), dataVariance).sqrt();
    return new Preconditioning(
        kept.times(dataVariance).over(variance(kept, moved, dataVariance)),
        moved.times(sigmaData).over(deviation),
        deviation.reciprocal());
  }

  // a' = (a - a_0) / (1 - a_0), written so that sigma = sigma_min gives 0 without rounding. A
  // quotient such as (1 - a) / (1 - a_0) would not always give 1: kernels multiply by reciprocals.
  private Expr<TFloat32> moved(Expr<TFloat32> sigma, double sigmaMin) {
    Expr<TFloat32> lowest = sigma.constant(sigmaMin);
    Expr<TFloat32> above = sigma.minus(lowest);
    return switch (alpha) {
      case SIGNAL_TO_NOISE -> data(sigma).times(above);
      case SIGMA -> above.over(data(lowest));
    };
  }

  private static Expr<TFloat32> variance(
      Expr<TFloat32> data, Expr<TFloat32> noise, Expr<TFloat32> dataVariance) {
    return data.squared().times(dataVariance).plus(noise.squared());
  }

  // a
  private Expr<TFloat32> alpha(Expr<TFloat32> sigma) {
    return switch (alpha) {
      case SIGNAL_TO_NOISE -> sigma.over(sigma.plus(1));
      case SIGMA -> sigma;
    };
  }

  // 1 - a
  private Expr<TFloat32> data(Expr<TFloat32> sigma) {
    return switch (alpha) {
      case SIGNAL_TO_NOISE -> sigma.plus(1).reciprocal();
      case SIGMA -> sigma.oneMinus();
    };
  }
}
