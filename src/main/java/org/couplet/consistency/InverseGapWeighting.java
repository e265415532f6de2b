package org.couplet.consistency;

import org.couplet.graph.Expr;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/** 1 / (sigma_{i+1} - sigma_i) (appendix B). */
public record InverseGapWeighting() implements Weighting {
  @Override
  public Operand<TFloat32> weight(Ops tf, Operand<TFloat64> sigmaLow, Operand<TFloat64> sigmaHigh) {
    return Expr.of(tf, sigmaHigh).minus(sigmaLow).reciprocal().as(TFloat32.class);
  }
}
