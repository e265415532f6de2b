package org.couplet.consistency;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * The noise levels of a batch's pairs.
 *
 * @param low float64 [n], sigma_i
 * @param high float64 [n], sigma_{i+1}
 */
public record Levels(Operand<TFloat64> low, Operand<TFloat64> high) {
  /** sigma_i as float32. */
  public Operand<TFloat32> lowFloat(Ops tf) {
    return tf.dtypes.cast(low, TFloat32.class);
  }

  /** sigma_{i+1} as float32. */
  public Operand<TFloat32> highFloat(Ops tf) {
    return tf.dtypes.cast(high, TFloat32.class);
  }
}
