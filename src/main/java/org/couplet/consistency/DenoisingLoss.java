package org.couplet.consistency;

import java.util.ArrayList;
import java.util.List;
import org.couplet.graph.Arguments;
import org.couplet.graph.Expr;
import org.couplet.graph.Randomness;
import org.couplet.graph.Weights;
import org.couplet.layer.Dropout;
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
  public List<Operand<?>> examples(Ops tf, Step step) {
    Operand<TFloat32> z = noise().draw(tf, step.randomness(), step.x().shape());
    Operand<TFloat32> normal =
        step.randomness().rowNormals(tf, Randomness.Purpose.LEVELS, Shape.of(step.rows()));
    Expr<TFloat32> sigma = Expr.of(tf, normal).times(law.std()).plus(law.mean()).exp(); // [n]
    List<Operand<?>> examples =
        new ArrayList<>(List.of(step.x(), function.process().point(tf, step.x(), z, sigma), sigma));
    examples.addAll(step.labels().operands());
    return examples;
  }

  @Override
  public Operand<TFloat32> loss(
      Ops tf, Weights online, Weights average, List<Operand<?>> examples, Dropout dropout) {
    Arguments in = new Arguments(examples);
    Operand<TFloat32> x = in.next();
    Operand<TFloat32> noisy = in.next();
    Operand<TFloat32> sigma = in.next();
    Operand<TFloat32> estimate =
        function.apply(tf, online, noisy, sigma, function.labels(in), dropout);
    Operand<TFloat32> errors = new SquaredL2Distance().between(tf, estimate, x); // [n]
    Expr<TFloat32> weight = new SignalToNoiseWeighting(function.sigmaData()).at(Expr.of(tf, sigma));
    return tf.math.mean(weight.times(errors), tf.constant(0));
  }
}
