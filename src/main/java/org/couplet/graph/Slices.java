package org.couplet.graph;

import java.util.Arrays;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

/** Parts of arrays at places that are known when the graph is built. */
public final class Slices {
  private Slices() {}

  /**
   * Entries along one axis; all along the others.
   *
   * @param x of known rank
   * @param from first entry
   * @param count number of entries; -1 for all that follow
   */
  public static <T extends TType> Operand<T> along(
      Ops tf, Operand<T> x, int axis, long from, long count) {
    long[] begin = new long[x.shape().numDimensions()];
    long[] size = new long[begin.length];
    Arrays.fill(size, -1);
    begin[axis] = from;
    size[axis] = count;
    return tf.slice(x, tf.constant(begin), tf.constant(size));
  }

  /** The size of one axis when the graph runs, [1]. */
  public static Operand<TInt32> size(Ops tf, Operand<?> x, int axis) {
    return along(tf, tf.shape(x), 0, axis, 1);
  }
}
