package org.couplet.assembly;

import java.util.Arrays;
import java.util.List;
import org.couplet.graph.Expr;
import org.couplet.graph.Randomness;
import org.couplet.graph.Slices;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/** The border between uint8 images and the model's [-1, 1]. */
public final class Pixels {
  private Pixels() {}

  /** 0..255 to [-1, 1]. */
  public static Operand<TFloat32> toModel(Ops tf, Operand<TUint8> images) {
    return Expr.of(tf, tf.dtypes.cast(images, TFloat32.class)).times(1 / 127.5f).minus(1);
  }

  /**
   * Red, green and blue of images that have them or are grey, which stands for three equal ones.
   *
   * @param images [n, h, w, 1 or 3]
   * @return [n, h, w, 3]
   */
  public static <T extends TType> Operand<T> colour(Ops tf, Operand<T> images) {
    Operand<TInt32> channels = Slices.size(tf, images, 3);
    Operand<TInt32> repeats =
        tf.concat(
            List.of(tf.constant(new int[] {1, 1, 1}), tf.math.div(tf.constant(3), channels)),
            tf.constant(0));
    return tf.tile(images, repeats);
  }

  /** Clipped to [-1, 1], scaled to 0..255 and rounded to the nearest. */
  static Operand<TUint8> fromModel(Ops tf, Operand<TFloat32> x) {
    Operand<TFloat32> clipped = tf.clipByValue(x, tf.constant(-1f), tf.constant(1f));
    Expr<TFloat32> scaled = Expr.of(tf, clipped).plus(1).times(127.5);
    return tf.dtypes.cast(tf.math.floor(scaled.plus(0.5)), TUint8.class);
  }

  /** Mirrors each image left to right with probability 1/2. */
  static Operand<TFloat32> flip(Ops tf, Operand<TFloat32> x, Randomness randomness) {
    long[] perRow = new long[x.shape().numDimensions()];
    Arrays.fill(perRow, 1);
    perRow[0] = x.shape().get(0);
    Operand<TFloat32> draw =
        randomness.rowUniforms(tf, Randomness.Purpose.FLIP, 0, Shape.of(perRow));
    Operand<TBool> mirrored = tf.math.less(draw, tf.constant(0.5f));
    return tf.select(mirrored, tf.reverse(x, tf.constant(new int[] {2})), x);
  }
}
