package org.couplet.optimizer;

import org.couplet.graph.Expr;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** The exponential moving average, of weights and of gradients. */
public final class MovingAverage {
  private MovingAverage() {}

  /**
   * {@code decay average + (1 - decay) weight}.
   *
   * @param average the average so far, of any shape
   * @param weight the new value, of the same shape, finite
   * @param decay scalar in [0, 1]; 1 returns the average and 0 the weight, to the last bit
   */
  public static Operand<TFloat32> update(
      Ops tf, Operand<TFloat32> average, Operand<TFloat32> weight, Operand<TFloat32> decay) {
    // The other form, average + (1 - decay)(weight - average), would round at decay 0.
    Expr<TFloat32> kept = Expr.of(tf, decay);
    return kept.times(average).plus(kept.oneMinus().times(weight));
  }

  /** The same with a fixed decay, whose complement is rounded only once. */
  static Expr<TFloat32> update(
      Ops tf, Operand<TFloat32> average, Operand<TFloat32> value, double decay) {
    return Expr.of(tf, average).times(decay).plus(Expr.of(tf, value).times(1 - decay));
  }

  /** Requires a decay below 1. */
  static void requireDecay(String name, double decay) {
    if (!(decay >= 0 && decay < 1)) {
      throw new IllegalArgumentException(name + " must be in [0, 1), not " + decay);
    }
  }
}
