package org.couplet.consistency;

import org.couplet.graph.Dropout;
import org.couplet.graph.Randomness;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Denoising score matching as in EDM (Karras et al. 2022, equation 2 and table 1): ln sigma is
 * normal, the loss the mean of (sigma^2 + sigma_data^2) / (sigma sigma_data)^2 ||D(x + sigma z,
 * sigma) - x||^2.
 *
 * @param function the denoiser D
 * @param law of sigma
 */
public record DenoisingLoss(ConsistencyFunction function, LognormalLaw law) implements Objective {
  @Override
  public NoiseLaw noise() {
    return new StandardNormalNoise();
  }

  @Override
  public Operand<TFloat32> loss(Ops tf, Step step) {
    Operand<TFloat32> z = noise().draw(tf, step.randomness(), step.x().shape());
    Operand<TFloat32> normal =
        step.randomness().normal(tf, Randomness.Purpose.LEVELS, 0, Shape.of(step.rows()));
    Operand<TFloat32> sigma =
        tf.math.exp(
            tf.math.add(
                tf.constant((float) law.mean()),
                tf.math.mul(tf.constant((float) law.std()), normal))); // [n]
    Operand<TFloat32> noisy = function.process().point(tf, step.x(), z, sigma);
    Operand<TFloat32> estimate =
        function.apply(tf, step.online(), noisy, sigma, Dropout.with(step.randomness()));
    Operand<TFloat32> errors = new SquaredL2Distance().between(tf, estimate, step.x()); // [n]
    return tf.math.mean(tf.math.mul(weight(tf, sigma), errors), tf.constant(0));
  }

  private Operand<TFloat32> weight(Ops tf, Operand<TFloat32> sigma) {
    float sigmaData = (float) function.sigmaData();
    return tf.math.div(
        tf.math.add(tf.math.square(sigma), tf.constant(sigmaData * sigmaData)),
        tf.math.square(tf.math.mul(sigma, tf.constant(sigmaData))));
  }
}
