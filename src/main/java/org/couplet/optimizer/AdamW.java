package org.couplet.optimizer;

import java.util.List;
import org.couplet.graph.Expr;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * AdamW, Loshchilov and Hutter (2019), algorithm 2: {@code p -= lr (mHat / (sqrt(vHat) + epsilon) +
 * weightDecay p)} with Adam's moments.
 *
 * @param adam without the decay
 * @param weightDecay decoupled weight decay, at least 0
 */
public record AdamW(Adam adam, double weightDecay) implements Optimizer {
  /** Validates the ranges. */
  public AdamW {
    Lion.requireWeightDecay(weightDecay);
  }

  @Override
  public List<String> slots() {
    return List.of("adamw/m", "adamw/v");
  }

  @Override
  public Update update(
      Ops tf,
      Operand<TFloat32> weight,
      Operand<TFloat32> gradient,
      List<Operand<TFloat32>> slots,
      Operand<TFloat32> learningRate,
      Operand<TFloat32> step) {
    Expr<TFloat32> p = Expr.of(tf, weight);
    Expr<TFloat32> decay = p.times(weightDecay).times(learningRate);
    return adam.update(tf, p.minus(decay), gradient, slots, learningRate, step);
  }
}
