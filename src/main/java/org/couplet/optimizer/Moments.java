package org.couplet.optimizer;

import java.util.List;
import org.couplet.graph.Expr;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * Running means of the gradient and of its square, which Adam and RAdam share.
 *
 * @param first running mean of the gradient
 * @param second running mean of the squared gradient
 */
record Moments(Operand<TFloat32> first, Operand<TFloat32> second) {
  /** The moments after one more gradient; {@code slots} are the first and the second so far. */
  static Moments after(
      Ops tf,
      List<Operand<TFloat32>> slots,
      Operand<TFloat32> gradient,
      double beta1,
      double beta2) {
    return new Moments(
        MovingAverage.update(tf, slots.get(0), gradient, beta1),
        MovingAverage.update(tf, slots.get(1), Expr.of(tf, gradient).squared(), beta2));
  }

  /** The moments as an optimizer's new slots. */
  List<Operand<TFloat32>> slots() {
    return List.of(first, second);
  }

  /**
   * {@code 1 - beta^step}, by which a mean that started at 0 falls short. Scalar, in float64: in
   * float32, four of the seven digits of {@code 1 - 0.999} would cancel.
   */
  static Expr<TFloat64> weightSoFar(Ops tf, double beta, Operand<TFloat32> step) {
    return power(tf, beta, step).oneMinus();
  }

  /** {@code beta^step}, scalar. */
  static Expr<TFloat64> power(Ops tf, double beta, Operand<TFloat32> step) {
    return Expr.of(tf, tf.math.pow(tf.constant(beta), tf.dtypes.cast(step, TFloat64.class)));
  }

  /** The first moment without its bias, times the learning rate: Adam's step before scaling. */
  Expr<TFloat32> unbiasedStep(
      Ops tf, double beta1, Operand<TFloat32> learningRate, Operand<TFloat32> step) {
    Expr<TFloat32> rate =
        Expr.of(tf, learningRate).over(weightSoFar(tf, beta1, step).as(TFloat32.class));
    return rate.times(first);
  }

  /** Requires a positive epsilon. */
  static void requireEpsilon(double epsilon) {
    if (!(epsilon > 0 && Double.isFinite(epsilon))) {
      throw new IllegalArgumentException("epsilon must be positive, not " + epsilon);
    }
  }
}
