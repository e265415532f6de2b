package org.couplet.optimizer;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * What one step makes of a weight.
 *
 * @param weight the new weight, of the old one's shape
 * @param slots the new slots, in the order of {@link Optimizer#slots()}, each of the same shape
 */
public record Update(Operand<TFloat32> weight, List<Operand<TFloat32>> slots) {
  /** Keeps its own copy of the slots. */
  public Update {
    slots = List.copyOf(slots);
  }
}
