package org.couplet.consistency;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Distance D between teacher and student, one value a row. */
public sealed interface Distance
    permits PseudoHuberDistance, SquaredL2Distance, ScaledSquaredL2Distance {
  /**
   * D(a, b).
   *
   * @param a [n, element...]
   * @param b [n, element...]
   * @return [n], at least 0
   */
  Operand<TFloat32> between(Ops tf, Operand<TFloat32> a, Operand<TFloat32> b);
}
