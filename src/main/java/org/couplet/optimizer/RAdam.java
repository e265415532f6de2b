package org.couplet.optimizer;

import java.util.List;
import org.couplet.graph.Expr;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * Rectified Adam, Liu et al. (2020), algorithm 2. While the second moment rests on too few
 * gradients ({@code rho <= 5}; the paper's own code and PyTorch put the limit there, its text at
 * 4), the step is {@code lr mHat}; then it is {@code lr r sqrt(1 - beta2^t) mHat / (sqrt(v) +
 * epsilon)}.
 *
 * @param beta1 decay of the first moment, in [0, 1)
 * @param beta2 decay of the second moment, in [0, 1)
 * @param epsilon added to the root of the second moment, > 0
 */
public record RAdam(double beta1, double beta2, double epsilon) implements Optimizer {
  private static final double FEWEST_GRADIENTS = 5;

  /** Validates the ranges. */
  public RAdam {
    MovingAverage.requireDecay("beta1", beta1);
    MovingAverage.requireDecay("beta2", beta2);
    Moments.requireEpsilon(epsilon);
  }

  @Override
  public List<String> slots() {
    return List.of("radam/m", "radam/v");
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
    Expr<TFloat64> secondsWeight = Moments.weightSoFar(tf, beta2, step);
    Expr<TFloat64> rho = gradientsSeen(tf, secondsWeight, step);
    Operand<TBool> rectified = tf.math.greater(rho, tf.constant(FEWEST_GRADIENTS));
    Expr<TFloat32> numerator =
        squaredRectification(rho).times(secondsWeight).sqrt().as(TFloat32.class);
    Expr<TFloat32> scale = numerator.over(Expr.of(tf, moments.second()).sqrt().plus(epsilon));
    Expr<TFloat32> plain = moments.unbiasedStep(tf, beta1, learningRate, step);
    Operand<TFloat32> change = tf.select(rectified, plain.times(scale), plain);
    return new Update(Expr.of(tf, weight).minus(change), moments.slots());
  }

  // The most gradients the second moment can rest on, rho_inf.
  private double mostGradients() {
    return 2 / (1 - beta2) - 1;
  }

  // How many gradients the second moment rests on: rho = rho_inf - 2 t beta2^t / (1 - beta2^t).
  private Expr<TFloat64> gradientsSeen(
      Ops tf, Expr<TFloat64> secondsWeight, Operand<TFloat32> step) {
    Expr<TFloat64> twiceSteps = Expr.of(tf, step).as(TFloat64.class).times(2);
    Expr<TFloat64> missing = twiceSteps.times(Moments.power(tf, beta2, step)).over(secondsWeight);
    return missing.constant(mostGradients()).minus(missing);
  }

  // r^2 = (rho - 4)(rho - 2) rho_inf / ((rho_inf - 4)(rho_inf - 2) rho); 0 where it isn't used.
  private Expr<TFloat64> squaredRectification(Expr<TFloat64> rho) {
    double most = mostGradients();
    Expr<TFloat64> used = rho.atLeast(4);
    return used.minus(4).times(used.minus(2)).over(used).times(most / ((most - 4) * (most - 2)));
  }
}
