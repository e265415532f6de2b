package org.couplet.consistency;

import org.couplet.graph.Expr;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The probability flow dx = (x - D(x, sigma)) / sigma dsigma of a denoiser D for x = data + sigma
 * noise (equation 1 with the score (D - x) / sigma^2; Karras et al. 2022, algorithm 1).
 */
public final class ProbabilityFlow {
  private ProbabilityFlow() {}

  /** How one step follows the flow. */
  public enum Solver {
    /** First order, one call of D (equation 5). */
    EULER,
    /** Second order, two calls of D; a row that ends at sigma = 0 takes Euler's step. */
    HEUN;

    /**
     * One step from level {@code sigma} down to {@code next}.
     *
     * @param denoiser D
     * @param x [n, element...]
     * @param sigma [n], &gt; 0
     * @param next [n], at least 0
     */
    public Operand<TFloat32> step(
        Ops tf,
        Coupling.Generator denoiser,
        Operand<TFloat32> x,
        Operand<TFloat32> sigma,
        Operand<TFloat32> next) {
      Expr<TFloat32> start = Expr.of(tf, x);
      Expr<TFloat32> length = Rows.like(tf, Expr.of(tf, next).minus(sigma), x);
      Expr<TFloat32> slope = slope(tf, denoiser, x, sigma);
      Expr<TFloat32> euler = start.plus(length.times(slope)); // equation (5)
      if (this == EULER) {
        return euler;
      }
      Expr<TFloat32> positive = Expr.of(tf, next).atLeast(1e-6);
      Expr<TFloat32> corrected = slope.plus(slope(tf, denoiser, euler, positive)).times(0.5);
      return tf.select(
          tf.math.greater(Rows.like(tf, next, x), tf.constant(0f)),
          start.plus(length.times(corrected)),
          euler);
    }
  }

  private static Expr<TFloat32> slope(
      Ops tf, Coupling.Generator denoiser, Operand<TFloat32> x, Operand<TFloat32> sigma) {
    return Expr.of(tf, x).minus(denoiser.estimate(x, sigma)).over(Rows.like(tf, sigma, x));
  }
}
