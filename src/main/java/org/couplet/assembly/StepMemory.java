package org.couplet.assembly;

import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.RuntimeConfig.Precision;
import org.couplet.network.ForwardCost;

/**
 * The least memory that a training step can do with; a real one takes more.
 *
 * @param states bytes of weights, averages, slots and gradients
 * @param activations bytes that the backward pass needs of the forward pass
 */
public record StepMemory(long states, long activations) {
  private static final int HALF = 2;

  /**
   * Of an experiment's step.
   *
   * @param experiment resolved
   */
  public static StepMemory of(Experiment experiment) {
    Model model = ModelFactory.create(experiment);
    long rows = experiment.getRun().getBatchSize() / experiment.getOptimizer().getAccumulate();
    long bytes =
        experiment.getRuntime().getPrecision() == Precision.BFLOAT16 ? HALF : Float.BYTES;
    long kept = ForwardCost.keptValues(model.network(), experiment.getRuntime().getRemat());
    return new StepMemory(
        (TrainingAssembly.stateValues(experiment) + model.network().parameters()) * Float.BYTES,
        rows * kept * bytes);
  }

  /** Bytes in all. */
  public long total() {
    return states + activations;
  }
}
