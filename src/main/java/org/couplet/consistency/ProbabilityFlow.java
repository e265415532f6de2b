package org.couplet.consistency;

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
      Operand<TFloat32> length = Rows.like(tf, tf.math.sub(next, sigma), x);
      Operand<TFloat32> slope = slope(tf, denoiser, x, sigma);
      Operand<TFloat32> euler = tf.math.add(x, tf.math.mul(length, slope));
      if (this == EULER) {
        return euler;
      }
      Operand<TFloat32> positive = tf.math.maximum(next, tf.constant(1e-6f));
      Operand<TFloat32> corrected =
          tf.math.mul(tf.constant(0.5f), tf.math.add(slope, slope(tf, denoiser, euler, positive)));
      return tf.select(
          tf.math.greater(Rows.like(tf, next, x), tf.constant(0f)),
          tf.math.add(x, tf.math.mul(length, corrected)),
          euler);
    }
  }

  private static Operand<TFloat32> slope(
      Ops tf, Coupling.Generator denoiser, Operand<TFloat32> x, Operand<TFloat32> sigma) {
    return tf.math.div(tf.math.sub(x, denoiser.estimate(x, sigma)), Rows.like(tf, sigma, x));
  }
}
