package org.couplet.consistency;

import java.util.Optional;
import org.couplet.graph.Randomness;
import org.couplet.graph.Weights;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** What training makes small. */
public sealed interface Objective permits ConsistencyLoss, DenoisingLoss {
  /**
   * What one training step is given.
   *
   * @param online the weights in training
   * @param average their moving average
   * @param score a score model's weights, where the coupling needs one
   * @param x [n, element...], data in random order
   * @param numbers of the step
   * @param columns int32 [n], the noise row of each data row, where the coupling needs it
   * @param randomness this step's
   */
  record Step(
      Weights online,
      Weights average,
      Optional<Weights> score,
      Operand<TFloat32> x,
      Numbers numbers,
      Optional<Operand<TInt32>> columns,
      Randomness randomness) {
    int rows() {
      return (int) x.shape().get(0);
    }
  }

  /** The function that is learned: f, or a score model's denoiser. */
  ConsistencyFunction function();

  /** Law of the noise z. */
  NoiseLaw noise();

  /** The loss of a step, a scalar. */
  Operand<TFloat32> loss(Ops tf, Step step);
}
