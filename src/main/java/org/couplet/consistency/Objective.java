package org.couplet.consistency;

import java.util.List;
import java.util.Optional;
import org.couplet.graph.Randomness;
import org.couplet.graph.Weights;
import org.couplet.layer.Dropout;
import org.couplet.network.Labels;
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
   * @param labels of its rows, if the network has classes
   * @param numbers of the step
   * @param noiseAssignment int32 [n], the noise row of each data row, where the coupling needs it
   * @param randomness this step's
   * @param parts micro-batches of equal size that the networks process one after another; 1 for all
   *     at once
   */
  record Step(
      Weights online,
      Weights average,
      Optional<Weights> score,
      Operand<TFloat32> x,
      Labels labels,
      ScheduledOperands numbers,
      Optional<Operand<TInt32>> noiseAssignment,
      Randomness randomness,
      int parts) {
    /** n. */
    public int rows() {
      return (int) x.shape().get(0);
    }
  }

  /** The function that is learned: f, or a score model's denoiser. */
  ConsistencyFunction function();

  /** Law of the noise z. */
  NoiseLaw noise();

  /**
   * What a step trains on: arrays [n, ...] that go together row by row, in the order that {@link
   * #loss(Ops, Weights, Weights, List, Dropout)} takes them. No gradient flows through them.
   */
  List<Operand<?>> examples(Ops tf, Step step);

  /**
   * The mean loss of examples, a scalar; the loss of a step is the mean over its parts.
   *
   * @param examples some rows of {@link #examples}
   * @param dropout the masks of these rows
   */
  Operand<TFloat32> loss(
      Ops tf, Weights online, Weights average, List<Operand<?>> examples, Dropout dropout);

  /** The loss of a step, all rows at once; a scalar. */
  default Operand<TFloat32> loss(Ops tf, Step step) {
    return loss(
        tf, step.online(), step.average(), examples(tf, step), Dropout.with(step.randomness()));
  }
}
