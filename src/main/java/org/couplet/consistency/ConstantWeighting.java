package org.couplet.consistency;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/** 1 for every pair. */
public record ConstantWeighting() implements Weighting {
  @Override
  public Operand<TFloat32> weight(Ops tf, Operand<TFloat64> sigmaLow, Operand<TFloat64> sigmaHigh) {
    return tf.onesLike(tf.dtypes.cast(sigmaLow, TFloat32.class));
  }
}
