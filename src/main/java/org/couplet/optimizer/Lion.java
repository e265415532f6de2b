package org.couplet.optimizer;

import java.util.List;
import org.couplet.graph.Expr;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Lion, Chen et al. (2023): {@code p -= lr (sign(beta1 m + (1 - beta1) g) + weightDecay p)}, then
 * {@code m = beta2 m + (1 - beta2) g}.
 *
 * @param beta1 weight of the momentum in the update, in [0, 1)
 * @param beta2 decay of the momentum, in [0, 1)
 * @param weightDecay decoupled weight decay, at least 0
 */
public record Lion(double beta1, double beta2, double weightDecay) implements Optimizer {
  /** Validates the ranges. */
  public Lion {
    MovingAverage.requireDecay("beta1", beta1);
    MovingAverage.requireDecay("beta2", beta2);
    requireWeightDecay(weightDecay);
  }

  @Override
  public List<String> slots() {
    return List.of("lion/m");
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
    Operand<TFloat32> momentum = slots.get(0);
    Expr<TFloat32> direction = MovingAverage.update(tf, momentum, gradient, beta1).sign();
    if (weightDecay > 0) {
      direction = direction.plus(p.times(weightDecay));
    }
    return new Update(
        p.minus(Expr.of(tf, learningRate).times(direction)),
        List.of(MovingAverage.update(tf, momentum, gradient, beta2)));
  }

  /** Requires a decay of at least 0. */
  static void requireWeightDecay(double weightDecay) {
    if (!(weightDecay >= 0 && Double.isFinite(weightDecay))) {
      throw new IllegalArgumentException("weight decay must be at least 0, not " + weightDecay);
    }
  }
}
