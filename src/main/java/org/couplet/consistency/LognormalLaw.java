package org.couplet.consistency;

import org.couplet.graph.Expr;
import org.couplet.graph.Slices;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat64;

/**
 * Discretised lognormal law of sigma (Song &amp; Dhariwal 2023; appendix B): p(i) proportional to
 * erf((ln sigma_{i+1} - mean) / (sqrt2 std)) - erf((ln sigma_i - mean) / (sqrt2 std)).
 *
 * @param mean of ln sigma
 * @param std of ln sigma, &gt; 0
 */
public record LognormalLaw(double mean, double std) implements TimestepLaw {
  @Override
  public Operand<TFloat64> cumulative(Ops tf, Operand<TFloat64> sigmas) {
    Operand<TFloat64> erf = tf.math.erf(standardised(tf, sigmas));
    long pairs = sigmas.shape().get(0) - 1;
    Operand<TFloat64> upper = Slices.along(tf, erf, 0, 1, pairs);
    return tf.math.sub(upper, Slices.along(tf, erf, 0, 0, 1));
  }

  /** (ln sigma - mean) / (sqrt2 std), whose error function is the law's mass below sigma. */
  Operand<TFloat64> standardised(Ops tf, Operand<TFloat64> sigmas) {
    Expr<TFloat64> logarithm = Expr.of(tf, sigmas).log();
    return logarithm.minus(mean).over(logarithm.constant(Math.sqrt(2) * std));
  }
}
