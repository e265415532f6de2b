package org.couplet.consistency;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** ||a - b||^2 over all values of a row. */
public record SquaredL2Distance() implements Distance {
  @Override
  public Operand<TFloat32> between(Ops tf, Operand<TFloat32> a, Operand<TFloat32> b) {
    return tf.sum(tf.math.squaredDifference(a, b), tf.constant(Rows.elementAxes(a)));
  }
}
