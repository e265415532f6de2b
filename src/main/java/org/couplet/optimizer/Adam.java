package org.couplet.optimizer;

import java.util.List;
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
  /** Refuses what would not descend. */
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
    Operand<TFloat32> secondsWeight = Moments.single(tf, Moments.weightSoFar(tf, beta2, step));
    Operand<TFloat32> scale =
        tf.math.add(
            tf.math.sqrt(tf.math.div(moments.second(), secondsWeight)),
            tf.constant((float) epsilon));
    Operand<TFloat32> change =
        tf.math.div(moments.unbiasedStep(tf, beta1, learningRate, step), scale);
    return new Update(tf.math.sub(weight, change), moments.slots());
  }
}
