package org.couplet.model;

import java.util.List;
import java.util.Optional;
import org.couplet.consistency.ConsistencyFunction;
import org.couplet.consistency.ConsistencyLoss;
import org.couplet.consistency.Coupling;
import org.couplet.consistency.Objective;
import org.couplet.network.Network;
import org.couplet.optimizer.Optimizer;
import org.tensorflow.ndarray.Shape;

/**
 * What a graph is built of: the objective with its network, and the optimizer.
 *
 * @param element shape of a data element: [height, width, channels] or [2]
 * @param isImages whether elements are images
 * @param objective with the function that is learned and the network in it
 * @param optimizer of the weights
 * @param maxLevels length of the list of noise levels that is fed
 * @param range of the levels that samples start from and end at
 * @param classes of the data, which the network is told; empty for none
 * @param knowsNoClass whether it is also trained on rows whose class it is not told
 */
public record Model(
    Shape element,
    boolean isImages,
    Objective objective,
    Optimizer optimizer,
    int maxLevels,
    Range range,
    List<ClassShare> classes,
    boolean knowsNoClass) {
  /** A class by its name, and its share of the data. */
  public record ClassShare(String name, double share) {}

  /** Lowest and highest level, and the exponent of Karras levels between. */
  public record Range(double sigmaMin, double sigmaMax, double rho) {}

  /** The function as training has it. */
  public ConsistencyFunction function() {
    return objective.function();
  }

  public Network network() {
    return function().network();
  }

  /** The coupling, of a consistency model. */
  public Optional<Coupling> coupling() {
    return objective instanceof ConsistencyLoss loss
        ? Optional.of(loss.coupling())
        : Optional.empty();
  }

  private boolean needs(Coupling.Need need) {
    return coupling().filter(coupling -> coupling.needs().contains(need)).isPresent();
  }

  /** Whether the driver chooses each data row's noise row. */
  public boolean takesNoiseAssignment() {
    return needs(Coupling.Need.NOISE_ASSIGNMENT);
  }

  /** Whether a score model's weights are needed beside the model's own. */
  public boolean takesScore() {
    return needs(Coupling.Need.SCORE);
  }
}
