package org.couplet.layer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.couplet.graph.Cast;
import org.couplet.graph.Randomness;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * Dropout whose masks are drawn once per site: every pass that is given the same object drops the
 * same values, as teacher and student must.
 */
public final class Dropout {
  private final @Nullable Randomness randomness;
  private final Map<Integer, Operand<TInt32>> bits = new LinkedHashMap<>();
  private final Map<Integer, Operand<TFloat32>> masks = new LinkedHashMap<>();

  private Dropout(@Nullable Randomness randomness) {
    this.randomness = randomness;
  }

  /** No dropout: for samples, x_hat and evaluation. */
  public static Dropout none() {
    return new Dropout(null);
  }

  /** Masks drawn with {@code randomness}; the object belongs to one graph. */
  public static Dropout with(Randomness randomness) {
    return new Dropout(randomness);
  }

  /** What the masks depend on, int64 scalars. */
  public List<Operand<?>> operands() {
    return randomness == null ? List.of() : List.copyOf(randomness.operands());
  }

  /** The same masks in another graph, in which {@link #operands} have these values. */
  public Dropout with(List<Operand<?>> operands) {
    return new Dropout(randomness == null ? null : randomness.with(operands));
  }

  /**
   * Drops values of x at a site.
   *
   * @param x static shape, [n, element...]; each row has a mask of its own
   * @param rate probability of zero, in [0, 1)
   * @param site the block's index: each has its own mask
   * @return x with dropped values 0 and the others divided by 1 - rate
   */
  public <T extends TFloating> Operand<T> apply(Ops tf, Operand<T> x, double rate, int site) {
    Draw draw = draw(tf, x.shape(), rate, site);
    if (draw == null) {
      return x;
    }
    return tf.math.mul(
        x, Cast.to(tf, masks.computeIfAbsent(site, unused -> draw.mask(tf)), x.type()));
  }

  /**
   * What decides about each value.
   *
   * @param bits uniform in [-2^31, 2^31)
   */
  record Draw(Operand<TInt32> bits, Rate rate) {
    private Operand<TFloat32> mask(Ops tf) {
      return tf.math.mul(
          tf.dtypes.cast(tf.math.greaterEqual(bits, tf.constant(rate.threshold())), TFloat32.class),
          tf.constant(rate.gain()));
    }
  }

  /** The share of values that is dropped, in (0, 1). */
  record Rate(double share) {
    /** A value is kept where its bits are at least this. */
    int threshold() {
      return (int) Math.round(Integer.MIN_VALUE + share * Math.pow(2, 32));
    }

    /** What a kept value is multiplied by. */
    float gain() {
      return (float) (1 / (1 - share));
    }
  }

  /** The draw of a site, or null where nothing is dropped. Arguments as of {@link #apply}. */
  @Nullable Draw draw(Ops tf, Shape shape, double rate, int site) {
    Randomness drawn = randomness;
    if (drawn == null || rate == 0) {
      return null;
    }
    Operand<TInt32> bits =
        this.bits.computeIfAbsent(
            site, unused -> drawn.rowBits(tf, Randomness.Purpose.DROPOUT, site, shape));
    return new Draw(bits, new Rate(rate));
  }
}
