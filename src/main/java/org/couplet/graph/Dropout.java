package org.couplet.graph;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TFloating;

/**
 * Dropout whose masks are drawn once per site: every pass that is given the same object drops the
 * same values, as teacher and student must.
 */
public final class Dropout {
  private final @Nullable Randomness randomness;
  private final @Nullable Operand<TInt64> first;
  private final Map<Integer, Operand<TFloat32>> masks = new LinkedHashMap<>();

  private Dropout(@Nullable Randomness randomness, @Nullable Operand<TInt64> first) {
    this.randomness = randomness;
    this.first = first;
  }

  /** No dropout: for samples, x_hat and evaluation. */
  public static Dropout none() {
    return new Dropout(null, null);
  }

  /** Masks drawn with {@code randomness}; the object belongs to one graph. */
  public static Dropout with(Randomness randomness) {
    return new Dropout(randomness, null);
  }

  /**
   * The masks that rows {@code first}, {@code first + 1}, ... of a batch have {@link #with} the
   * same randomness.
   *
   * @param first int64 scalar
   */
  public static Dropout ofRows(Randomness randomness, Operand<TInt64> first) {
    return new Dropout(randomness, first);
  }

  /**
   * Drops values of x at a site.
   *
   * @param x any static shape, [n, element...] where the masks are those of rows
   * @param rate probability of zero, in [0, 1)
   * @param site the block's index: each has its own mask
   * @return x with dropped values 0 and the others divided by 1 - rate
   */
  public <T extends TFloating> Operand<T> apply(Ops tf, Operand<T> x, double rate, int site) {
    if (randomness == null || rate == 0) {
      return x;
    }
    Operand<TFloat32> mask = masks.get(site);
    if (mask == null) {
      mask = mask(tf, bits(tf, randomness, site, x.shape()), rate);
      masks.put(site, mask);
    }
    return tf.math.mul(x, Layers.cast(tf, mask, x.type()));
  }

  private Operand<TInt32> bits(Ops tf, Randomness drawn, int site, Shape shape) {
    return first == null
        ? drawn.bits(tf, Randomness.Purpose.DROPOUT, site, shape)
        : drawn.bitsOfRows(tf, Randomness.Purpose.DROPOUT, site, first, shape);
  }

  // 0 or 1 / (1 - rate): the int32 bits, uniform in [-2^31, 2^31), are compared as they are.
  private static Operand<TFloat32> mask(Ops tf, Operand<TInt32> bits, double rate) {
    int threshold = (int) Math.round(Integer.MIN_VALUE + rate * Math.pow(2, 32));
    return tf.math.mul(
        tf.dtypes.cast(tf.math.greaterEqual(bits, tf.constant(threshold)), TFloat32.class),
        tf.constant((float) (1 / (1 - rate))));
  }
}
