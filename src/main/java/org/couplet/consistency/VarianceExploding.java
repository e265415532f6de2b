package org.couplet.consistency;

import org.couplet.graph.Expr;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** x_i = x + sigma_i z (EDM, Karras et al. 2022). */
public record VarianceExploding() implements ForwardProcess {
  @Override
  public Operand<TFloat32> point(
      Ops tf, Operand<TFloat32> x, Operand<TFloat32> z, Operand<TFloat32> sigma) {
    return Expr.of(tf, x).plus(Rows.like(tf, sigma, x).times(z));
  }

  @Override
  public Operand<TFloat32> start(Ops tf, Operand<TFloat32> z, Operand<TFloat32> sigma) {
    return Rows.like(tf, sigma, z).times(z);
  }

  @Override
  public Operand<TFloat32> renoise(
      Ops tf,
      Operand<TFloat32> xHat,
      Operand<TFloat32> z,
      Operand<TFloat32> sigma,
      double sigmaMin) {
    Expr<TFloat32> s = Expr.of(tf, sigma);
    // sigma^2 - sigma_min^2 as a product, which is exactly 0 at sigma_min.
    Expr<TFloat32> variance = s.minus(sigmaMin).times(s.plus(sigmaMin));
    return point(tf, xHat, z, variance.sqrt());
  }

  /** EDM's, moved from sigma to sigma - sigma_min where the boundary needs it. */
  @Override
  public Preconditioning preconditioning(
      Ops tf, Operand<TFloat32> sigma, double sigmaMin, double sigmaData) {
    Expr<TFloat32> s = Expr.of(tf, sigma);
    Expr<TFloat32> above = s.minus(sigmaMin);
    Expr<TFloat32> dataVariance = s.constant(sigmaData * sigmaData);
    Expr<TFloat32> deviation = s.squared().plus(dataVariance).sqrt(); // [n]
    return new Preconditioning(
        dataVariance.over(above.squared().plus(dataVariance)),
        above.times(sigmaData).over(deviation),
        deviation.reciprocal());
  }
}
