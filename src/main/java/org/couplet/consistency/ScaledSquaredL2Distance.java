package org.couplet.consistency;

import org.couplet.graph.Expr;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * ||a - b||^2 / sqrt(d), d the number of values of a row: the squared distance at the scale of the
 * pseudo-Huber distance, whatever the image's size.
 */
public record ScaledSquaredL2Distance() implements Distance {
  @Override
  public Operand<TFloat32> between(Ops tf, Operand<TFloat32> a, Operand<TFloat32> b) {
    double d = (double) a.shape().size() / a.shape().get(0);
    return Expr.of(tf, new SquaredL2Distance().between(tf, a, b)).times(1 / Math.sqrt(d));
  }
}
