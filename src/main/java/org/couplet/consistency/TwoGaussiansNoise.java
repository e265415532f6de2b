package org.couplet.consistency;

import java.util.List;
import org.couplet.graph.Expr;
import org.couplet.graph.Randomness;
import org.couplet.graph.Slices;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * Noise in the plane around (-offset, offset) and (-offset, -offset), both equally likely: the
 * 2m-2m setting (section 4.2).
 *
 * @param offset distance of the modes from the axes
 * @param standardDeviation of each mode and coordinate, &gt; 0
 */
public record TwoGaussiansNoise(double offset, double standardDeviation) implements NoiseLaw {
  // Two normals for the point, and one whose sign chooses the mode.
  private static final int NORMALS = 3;

  @Override
  public Operand<TFloat32> draw(Ops tf, Randomness randomness, Shape shape) {
    Shape normals = Shape.of(shape.get(0), NORMALS);
    return points(tf, randomness.rowNormals(tf, Randomness.Purpose.NOISE, normals));
  }

  @Override
  public Operand<TFloat32> rows(
      Ops tf, Randomness randomness, Operand<TInt64> first, Operand<TInt64> count, Shape element) {
    return points(
        tf, randomness.normalRows(tf, Randomness.Purpose.SAMPLES, first, count, Shape.of(NORMALS)));
  }

  private Operand<TFloat32> points(Ops tf, Operand<TFloat32> normals) {
    Operand<TFloat32> sign = tf.math.sign(column(tf, normals, 2)); // [n, 1]
    Operand<TFloat32> corner =
        tf.concat(List.of(tf.math.neg(tf.onesLike(sign)), sign), tf.constant(1)); // [n, 2]
    Operand<TFloat32> spread =
        tf.concat(List.of(column(tf, normals, 0), column(tf, normals, 1)), tf.constant(1));
    return Expr.of(tf, corner).times(offset).plus(Expr.of(tf, spread).times(standardDeviation));
  }

  private static Operand<TFloat32> column(Ops tf, Operand<TFloat32> x, int index) {
    return Slices.along(tf, x, 1, index, 1);
  }
}
