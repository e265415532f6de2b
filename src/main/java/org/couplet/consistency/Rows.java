package org.couplet.consistency;

import java.util.Arrays;
import org.couplet.graph.Expr;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
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

  /**
   * Some rows of x.
   *
   * @param x [n, ...]
   * @param places int32 [m]
   * @return [m, ...]
   */
  static Operand<TFloat32> at(Ops tf, Operand<TFloat32> x, Operand<TInt32> places) {
    return tf.gather(x, places, tf.constant(0));
  }

  /**
   * x with some rows replaced.
   *
   * @param x [n, ...]
   * @param places int32 [m], each another
   * @param rows [m, ...]
   */
  static Operand<TFloat32> replace(
      Ops tf, Operand<TFloat32> x, Operand<TInt32> places, Operand<TFloat32> rows) {
    return tf.tensorScatterNdUpdate(x, tf.expandDims(places, tf.constant(1)), rows);
  }

  /** The axes of an element of {@code x}: all but the first. */
  static int[] elementAxes(Operand<?> x) {
    int[] axes = new int[x.shape().numDimensions() - 1];
    Arrays.setAll(axes, i -> i + 1);
    return axes;
  }
}
