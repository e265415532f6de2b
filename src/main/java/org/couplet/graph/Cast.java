package org.couplet.graph;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/** A change of type that is left out where there is nothing to change. */
public final class Cast {
  private Cast() {}

  /** x in a type. Where it has that type already nothing is added to the graph. */
  public static <T extends TFloating> Operand<T> to(
      Ops tf, Operand<? extends TFloating> x, Class<T> type) {
    return x.type().equals(type) ? x.asOutput().expect(type) : tf.dtypes.cast(x, type);
  }
}
