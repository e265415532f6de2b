package org.couplet.consistency;

import java.util.Arrays;
import java.util.List;
import org.couplet.graph.Expr;
import org.couplet.graph.Slices;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;
import org.tensorflow.types.family.TType;

/** One value a row, shaped to meet the rows of an array. */
final class Rows {
  private Rows() {}

  /**
   * Shapes [n] as [n, 1, ...] with the rank of {@code x}, so that the two broadcast.
   *
   * @param values [n]
   * @param x [n, element...]
   */
  static <T extends TFloating> Expr<T> like(Ops tf, Operand<T> values, Operand<?> x) {
    return Expr.of(tf, shaped(tf, values, x));
  }

  /** The same for values that are not numbers. */
  static <T extends TType> Operand<T> shaped(Ops tf, Operand<T> values, Operand<?> x) {
    long[] shape = new long[x.shape().numDimensions()];
    Arrays.fill(shape, 1);
    shape[0] = -1;
    return tf.reshape(values, tf.constant(shape));
  }

  /** The first rows of x [n, ...]. */
  static Operand<TFloat32> first(Ops tf, Operand<TFloat32> x, int count) {
    return Slices.along(tf, x, 0, 0, count);
  }

  /**
   * x with its first rows replaced.
   *
   * @param x [n, ...]
   * @param rows [m, ...], m at most n
   */
  static Operand<TFloat32> replaceFirst(Ops tf, Operand<TFloat32> x, Operand<TFloat32> rows) {
    int replaced = (int) rows.shape().get(0);
    int all = (int) x.shape().get(0);
    return replaced == all
        ? rows
        : tf.concat(
            List.of(rows, Slices.along(tf, x, 0, replaced, all - replaced)), tf.constant(0));
  }

  /** The axes of an element of {@code x}: all but the first. */
  static int[] elementAxes(Operand<?> x) {
    int[] axes = new int[x.shape().numDimensions() - 1];
    Arrays.setAll(axes, i -> i + 1);
    return axes;
  }
}
