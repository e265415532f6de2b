package org.couplet.consistency;

import org.couplet.graph.Randomness;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** How data and noise are paired: which ends a pair of training points is built between. */
public sealed interface Coupling permits IndependentCoupling, GeneratorInducedCoupling {
  /**
   * The two ends.
   *
   * @param x [n, element...], the data end
   * @param z [n, element...], the noise end
   */
  record Ends(Operand<TFloat32> x, Operand<TFloat32> z) {}

  /** A model that estimates the data behind points: (points, their levels) -&gt; x_hat. */
  @FunctionalInterface
  interface Generator {
    /**
     * The estimate.
     *
     * @param points [n, element...]
     * @param sigma [n]
     */
    Operand<TFloat32> estimate(Operand<TFloat32> points, Operand<TFloat32> sigma);
  }

  /**
   * What a coupling may use.
   *
   * @param x [n, element...], a batch of data in random order
   * @param z [n, element...], standard normal
   * @param sigmaLow [n], sigma_i
   * @param process makes points
   * @param online f with the weights in training
   * @param average f with their moving average
   * @param mu scalar, the mixing factor of this step
   * @param randomness this step's
   */
  record Inputs(
      Operand<TFloat32> x,
      Operand<TFloat32> z,
      Operand<TFloat32> sigmaLow,
      ForwardProcess process,
      Generator online,
      Generator average,
      Operand<TFloat32> mu,
      Randomness randomness) {}

  /** Pairs a batch. No gradient flows through the ends. */
  Ends couple(Ops tf, Inputs inputs);
}
