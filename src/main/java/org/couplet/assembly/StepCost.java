package org.couplet.assembly;

import org.couplet.config.proto.Experiment;
import org.couplet.model.Model;
import org.couplet.model.ModelFactory;
import org.couplet.network.ForwardCost;

/**
 * The arithmetic of a training step for each row of its batch, whatever executes it.
 *
 * @param forwardFlop floating-point operations of one forward pass, 2 for each multiply-add of
 *     convolutions and linear layers
 * @param forwards how many such passes a step is worth
 * @param activations values that go into and out of these layers in one forward pass
 */
public record StepCost(double forwardFlop, double forwards, long activations) {
  // A backward pass has two products for each of the forward pass: for the weights' gradient, and
  // for the input's.
  private static final double FORWARD_AND_BACKWARD = 3;
  private static final double TEACHER = 1;

  /**
   * Counts a step.
   *
   * @param experiment resolved
   * @param mu mixing factor of the coupling at the step, in [0, 1]
   */
  public static StepCost of(Experiment experiment, double mu) {
    Model model = ModelFactory.create(experiment);
    double forwards =
        FORWARD_AND_BACKWARD
            + model.coupling().map(coupling -> TEACHER + coupling.forwardPasses(mu)).orElse(0.0);
    return new StepCost(
        2.0 * ForwardCost.multiplyAdds(model.network()),
        forwards,
        ForwardCost.activations(model.network()));
  }

  /** Floating-point operations of a row's step. */
  public double flop() {
    return forwards * forwardFlop;
  }
}
