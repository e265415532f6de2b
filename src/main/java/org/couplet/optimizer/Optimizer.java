package org.couplet.optimizer;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** A rule that moves a weight against its gradient. */
public sealed interface Optimizer permits Lion, Adam, AdamW, RAdam {
  /**
   * The families of slots the rule keeps for each weight, such as {@code adam/m}; a weight's own
   * slot is named {@code FAMILY/WEIGHT}. Slots have the weight's shape and start at 0.
   */
  List<String> slots();

  /**
   * Adds one weight's update to a graph.
   *
   * @param weight the weight, of any shape
   * @param gradient the loss's gradient, of the same shape
   * @param slots the weight's slots, in the order of {@link #slots()}
   * @param learningRate scalar, > 0
   * @param step scalar, the number of this update, counted from 1
   * @return the new weight and its new slots
   */
  Update update(
      Ops tf,
      Operand<TFloat32> weight,
      Operand<TFloat32> gradient,
      List<Operand<TFloat32>> slots,
      Operand<TFloat32> learningRate,
      Operand<TFloat32> step);
}
