package org.couplet.optimizer;

import java.util.ArrayList;
import java.util.List;
import org.couplet.graph.Expr;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** The Euclidean norm of all gradients together, and a limit to it. */
public final class GradientNorm {
  private GradientNorm() {}

  /**
   * Root of the sum of all squares.
   *
   * @param gradients at least one, of any shapes
   * @return scalar; NaN or infinite when any gradient is
   */
  public static Operand<TFloat32> global(Ops tf, List<Operand<TFloat32>> gradients) {
    List<Operand<TFloat32>> halfSquares = new ArrayList<>();
    for (Operand<TFloat32> gradient : gradients) {
      halfSquares.add(tf.nn.l2Loss(gradient));
    }
    return Expr.of(tf, tf.math.addN(halfSquares)).times(2).sqrt();
  }

  /**
   * Shortens the gradients together so that their norm is at most a limit; their direction stays.
   *
   * @param gradients of any shapes
   * @param norm their norm, as {@link #global} gives it
   * @param limit largest norm, > 0
   * @return the gradients in their order, unchanged to the last bit when the norm is within the
   *     limit
   */
  public static List<Operand<TFloat32>> clip(
      Ops tf, List<Operand<TFloat32>> gradients, Operand<TFloat32> norm, double limit) {
    if (!(limit > 0 && Double.isFinite(limit))) {
      throw new IllegalArgumentException("the norm's limit must be positive, not " + limit);
    }
    Operand<TFloat32> largest = tf.constant((float) limit);
    Expr<TFloat32> factor = Expr.of(tf, largest).over(tf.math.maximum(norm, largest));
    List<Operand<TFloat32>> clipped = new ArrayList<>();
    for (Operand<TFloat32> gradient : gradients) {
      clipped.add(factor.times(gradient));
    }
    return clipped;
  }
}
