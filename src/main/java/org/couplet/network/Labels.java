package org.couplet.network;

import java.util.List;
import org.couplet.graph.Cast;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/** The classes of a batch's rows; none for a network without classes. */
public final class Labels {
  /** The label of a row whose class the network is not told. */
  public static final int UNKNOWN = -1;

  private final @Nullable Operand<TInt32> values;

  private Labels(@Nullable Operand<TInt32> values) {
    this.values = values;
  }

  /** For a network without classes. */
  public static Labels none() {
    return new Labels(null);
  }

  /**
   * Of some rows.
   *
   * @param values [n], each the number of a class or {@link #UNKNOWN}
   */
  public static Labels of(Operand<TInt32> values) {
    return new Labels(values);
  }

  /** What they consist of: one array, [n], or nothing. */
  public List<Operand<?>> operands() {
    return values == null ? List.of() : List.of(values);
  }

  /** The same for other rows or in another graph, where {@link #operands} have these values. */
  public Labels with(List<? extends Operand<?>> operands) {
    return values == null ? this : new Labels(operands.get(0).asOutput().expect(TInt32.class));
  }

  /**
   * Those of some rows.
   *
   * @param places int32 [m]
   */
  public Labels at(Ops tf, Operand<TInt32> places) {
    return values == null ? this : new Labels(tf.gather(values, places, tf.constant(0)));
  }

  /** The same with every row's class unknown. */
  public Labels unknown(Ops tf) {
    return values == null
        ? this
        : new Labels(tf.math.sub(tf.zerosLike(values), tf.onesLike(values)));
  }

  /**
   * A row for each label: 0 but at its class, 0 everywhere for an unknown one.
   *
   * @param classes how many there are
   * @param height the value at the class
   * @return [n, classes]
   */
  <T extends TFloating> Operand<T> oneHot(Ops tf, int classes, double height, Class<T> type) {
    if (values == null) {
      throw new IllegalArgumentException("a network of " + classes + " classes without labels");
    }
    Operand<TFloat32> rows =
        tf.oneHot(values, tf.constant(classes), tf.constant((float) height), tf.constant(0f));
    return Cast.to(tf, rows, type);
  }
}
