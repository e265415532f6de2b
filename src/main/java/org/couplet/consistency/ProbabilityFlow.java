package org.couplet.consistency;

import org.couplet.graph.Expr;
import org.couplet.network.Labels;
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
     * @param labels of the rows, if D has classes
     */
    public Operand<TFloat32> step(
        Ops tf,
        Coupling.Generator denoiser,
        Operand<TFloat32> x,
        Operand<TFloat32> sigma,
        Operand<TFloat32> next,
        Labels labels) {
      Expr<TFloat32> start = Expr.of(tf, x);
      Expr<TFloat32> length = Rows.like(tf, Expr.of(tf, next).minus(sigma), x);
      Expr<TFloat32> slope = slope(tf, denoiser, x, sigma, labels);
      Expr<TFloat32> euler = start.plus(length.times(slope)); // equation (5)
      if (this == EULER) {
        return euler;
      }
      Expr<TFloat32> positive = Expr.of(tf, next).atLeast(1e-6);
      Expr<TFloat32> corrected =
          slope.plus(slope(tf, denoiser, euler, positive, labels)).times(0.5);
      return tf.select(
          tf.math.greater(Rows.like(tf, next, x), tf.constant(0f)),
          start.plus(length.times(corrected)),
          euler);
    }
  }

  /**
   * Classifier-free guidance (Ho &amp; Salimans 2022): D without the class, moved as far as the
   * class moves it times {@code guidance}.
   *
   * @param guidance scalar; 1 is D of the class
   */
  public static Coupling.Generator guided(
      Ops tf, Coupling.Generator denoiser, Operand<TFloat32> guidance) {
    return (points, sigma, labels) -> {
      Operand<TFloat32> plain = denoiser.estimate(points, sigma, labels.unknown(tf));
      Operand<TFloat32> ofClass = denoiser.estimate(points, sigma, labels);
      return Expr.of(tf, ofClass).minus(plain).times(guidance).plus(plain);
    };
  }

  private static Expr<TFloat32> slope(
      Ops tf,
      Coupling.Generator denoiser,
      Operand<TFloat32> x,
      Operand<TFloat32> sigma,
      Labels labels) {
    return Expr.of(tf, x).minus(denoiser.estimate(x, sigma, labels)).over(Rows.like(tf, sigma, x));
  }
}
