package org.couplet.optimizer;

import java.util.List;
import org.couplet.graph.Expr;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Adam, Kingma and Ba (2015), algorithm 1: {@code p -= lr mHat / (sqrt(vHat) + epsilon)} with the
 * unbiased moments {@code mHat = m / (1 - beta1^t)} and {@code vHat = v / (1 - beta2^t)}.
 *
 * @param beta1 decay of the first moment, in [0, 1)
 * @param beta2 decay of the second moment, in [0, 1)
 * @param epsilon added to the root of the second moment, > 0
 */
public record Adam(double beta1, double beta2, double epsilon) implements Optimizer {
  /** Validates the ranges. */
  public Adam {
    MovingAverage.requireDecay("beta1", beta1);
    MovingAverage.requireDecay("beta2", beta2);
    Moments.requireEpsilon(epsilon);
  }

  @Override
  public List<String> slots() {
    return List.of("adam/m", "adam/v");
  }

  @Override
  public Update update(
      Ops tf,
      Operand<TFloat32> weight,
      Operand<TFloat32> gradient,
      List<Operand<TFloat32>> slots,
      Operand<TFloat32> learningRate,
      Operand<TFloat32> step) {
    Moments moments = Moments.after(tf, slots, gradient, beta1, beta2);
    Expr<TFloat32> vHat =
        Expr.of(tf, moments.second()).over(Moments.weightSoFar(tf, beta2, step).as(TFloat32.class));
    Expr<TFloat32> change =
        moments.unbiasedStep(tf, beta1, learningRate, step).over(vHat.sqrt().plus(epsilon));
    return new Update(Expr.of(tf, weight).minus(change), moments.slots());
  }
}
