package org.couplet.consistency;

import org.couplet.graph.Expr;
import org.couplet.graph.Randomness;
import org.couplet.graph.Slices;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat64;

/**
 * Continuous levels of Easy Consistency Tuning (Geng et al. 2024): the higher one is drawn from the
 * lognormal law, cut to the range of levels; the lower one is {@code sigma_i = max(sigma_min,
 * sigma_{i+1} (1 - gap n))} with {@code n = 1 + k / (1 + exp(b sigma_{i+1}))}.
 *
 * @param law of the higher level
 * @param sigmaMin lowest level, &gt; 0
 * @param sigmaMax highest level, &gt; sigmaMin
 * @param k how much wider the gap is at low levels, at least 0
 * @param b how fast that fades with the level, &gt; 0
 */
public record TuningLevelPairs(
    LognormalLaw law, double sigmaMin, double sigmaMax, double k, double b) implements LevelPairs {
  @Override
  public Levels draw(Ops tf, ScheduledOperands numbers, Randomness randomness, int rows) {
    Expr<TFloat64> high = Expr.of(tf, high(tf, randomness, rows));
    Expr<TFloat64> wider = high.times(b).exp().plus(1).reciprocal().times(k).plus(1); // n
    Expr<TFloat64> gap = Expr.of(tf, numbers.gap()).as(TFloat64.class).times(wider); // [n]
    return new Levels(high.times(gap.oneMinus()).atLeast(sigmaMin), high);
  }

  // The inverse of the cut law's distribution function. No closer to sigma_min than a thousandth,
  // so that a pair's levels differ also in float32.
  private Operand<TFloat64> high(Ops tf, Randomness randomness, int rows) {
    double lowest = sigmaMin * 1.001;
    Operand<TFloat64> uniform =
        randomness.preciseRowUniforms(tf, Randomness.Purpose.LEVELS, 0, Shape.of(rows));
    Operand<TFloat64> ends = law.standardised(tf, tf.constant(new double[] {lowest, sigmaMax}));
    Operand<TFloat64> below = tf.math.erf(Slices.along(tf, ends, 0, 0, 1));
    Operand<TFloat64> above = tf.math.erf(Slices.along(tf, ends, 0, 1, 1));
    Expr<TFloat64> share = // [n], in (-1, 1)
        Expr.of(tf, uniform).times(Expr.of(tf, above).minus(below)).plus(below);
    Expr<TFloat64> logarithm =
        Expr.of(tf, tf.math.erfinv(share)).times(Math.sqrt(2) * law.std()).plus(law.mean());
    return tf.clipByValue(logarithm.exp(), tf.constant(lowest), tf.constant(sigmaMax));
  }
}
