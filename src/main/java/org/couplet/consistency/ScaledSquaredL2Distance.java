package org.couplet.consistency;

import org.couplet.graph.Expr;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * ||a - b||^2 / sqrt(d): the squared distance at the scale of the pseudo-Huber distance, whatever
 * the image's size.
 *
 * @param dimension d, the number of values of a row
 */
public record ScaledSquaredL2Distance(double dimension) implements Distance {
  @Override
  public Operand<TFloat32> between(Ops tf, Operand<TFloat32> a, Operand<TFloat32> b) {
    Operand<TFloat32> squares = new SquaredL2Distance().between(tf, a, b);
    return Expr.of(tf, squares).times(1 / Math.sqrt(dimension));
  }
}
