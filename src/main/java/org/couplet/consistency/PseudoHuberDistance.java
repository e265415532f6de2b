package org.couplet.consistency;

import org.couplet.graph.Expr;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * sqrt(||a - b||^2 + c^2) - c over all values of a row (Song &amp; Dhariwal 2023).
 *
 * @param c &gt; 0; the paper's is 0.00054 sqrt(d), d the number of values of a row
 */
public record PseudoHuberDistance(double c) implements Distance {
  @Override
  public Operand<TFloat32> between(Ops tf, Operand<TFloat32> a, Operand<TFloat32> b) {
    Expr<TFloat32> squares = Expr.of(tf, new SquaredL2Distance().between(tf, a, b));
    return squares.plus(c * c).sqrt().minus(c);
  }
}
