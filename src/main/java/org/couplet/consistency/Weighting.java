package org.couplet.consistency;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/** Weight of a pair of levels in the loss. */
public sealed interface Weighting
    permits InverseGapWeighting, ConstantWeighting, SignalToNoiseWeighting {
  /**
   * The weights of a batch.
   *
   * @param sigmaLow float64 [n], sigma_i
   * @param sigmaHigh float64 [n], sigma_{i+1}
   * @return float32 [n]
   */
  Operand<TFloat32> weight(Ops tf, Operand<TFloat64> sigmaLow, Operand<TFloat64> sigmaHigh);
}
