package org.couplet.consistency;

import java.util.Arrays;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/** One value a row, shaped to meet the rows of an array. */
final class Rows {
  private Rows() {}

  /**
   * Shapes [n] as [n, 1, ...] with the rank of {@code x}, so that the two broadcast.
   *
   * @param values [n]
   * @param x [n, element...]
   */
  static <T extends TNumber> Operand<T> like(Ops tf, Operand<T> values, Operand<?> x) {
    long[] shape = new long[x.shape().numDimensions()];
    Arrays.fill(shape, 1);
    shape[0] = -1;
    return tf.reshape(values, tf.constant(shape));
  }

  /** The axes of an element of {@code x}: all but the first. */
  static int[] elementAxes(Operand<?> x) {
    int[] axes = new int[x.shape().numDimensions() - 1];
    Arrays.setAll(axes, i -> i + 1);
    return axes;
  }
}
