package org.couplet.graph;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

/**
 * Random values as a pure function of (seed, step, purpose, site, position): the counter-based
 * generator Philox with its counter chosen here. The bits are the same in plain and in compiled
 * graphs; floats are made from bits, as the two disagree on how to do that.
 *
 * @param seed int64 scalar, the generator's key
 * @param step int64 scalar, the training step or another count of draws; at least 0, below 2^40
 */
public record Randomness(Operand<TInt64> seed, Operand<TInt64> step) {
  // The counter's high word is step * 2^24 + purpose * 2^16 + site.
  private static final long SITES = 1L << 16;
  private static final long PURPOSES = 1L << 8;
  private static final int PHILOX = 1;
  private static final long VALUES_PER_BLOCK = 4;

  /** What a draw is for; draws of different purposes are independent. A number is never reused. */
  public enum Purpose {
    /** Initial weights; the site is the weight's index. */
    WEIGHTS(0),
    /** The noise z of a training batch. */
    NOISE(1),
    /** Level indices. */
    LEVELS(2),
    /** Dropout masks; the site is the block's index. */
    DROPOUT(3),
    /** Choice of generator-induced rows. */
    ROWS(4),
    /** Mirroring of images. */
    FLIP(5),
    /** Noise of samples. */
    SAMPLES(6);

    private final int number;

    Purpose(int number) {
      this.number = number;
    }
  }

  /** Uniform bits in int32 values of the given static shape. */
  public Operand<TInt32> bits(Ops tf, Purpose purpose, int site, Shape shape) {
    return bits(tf, purpose, site, tf.constant(0L), tf.constant(shape));
  }

  /**
   * The part of a draw of more rows that rows {@code first}, {@code first + 1}, ... have in it.
   *
   * @param first int64 scalar, at least 0
   * @param shape static, [rows wanted, element...], an element having a multiple of 4 values
   */
  public Operand<TInt32> bitsOfRows(
      Ops tf, Purpose purpose, int site, Operand<TInt64> first, Shape shape) {
    long perRow = shape.size() / shape.get(0);
    if (perRow % VALUES_PER_BLOCK != 0) {
      throw new IllegalArgumentException(perRow + " values do not fill blocks of the generator");
    }
    Operand<TInt64> block = tf.math.mul(first, tf.constant(perRow / VALUES_PER_BLOCK));
    return bits(tf, purpose, site, block, tf.constant(shape));
  }

  /**
   * Uniforms in (0, 1), multiples of 2^-23 moved by half of one.
   *
   * @param shape static
   */
  public Operand<TFloat32> uniform(Ops tf, Purpose purpose, int site, Shape shape) {
    return uniform(tf, bits(tf, purpose, site, shape));
  }

  /**
   * Uniforms in (0, 1), multiples of 2^-32 moved by half of one: for laws with rare values.
   *
   * @param shape static
   */
  public Operand<TFloat64> preciseUniform(Ops tf, Purpose purpose, int site, Shape shape) {
    Operand<TFloat64> integers = tf.dtypes.cast(bits(tf, purpose, site, shape), TFloat64.class);
    return Expr.of(tf, integers).plus(Math.pow(2, 31) + 0.5).times(Math.pow(2, -32));
  }

  /**
   * Standard normals (Box &amp; Muller 1958).
   *
   * @param shape static
   */
  public Operand<TFloat32> normal(Ops tf, Purpose purpose, int site, Shape shape) {
    long pairs = (shape.size() + 1) / 2;
    Operand<TFloat32> uniforms = uniform(tf, purpose, site, Shape.of(2, pairs));
    Operand<TFloat32> normals = boxMuller(tf, uniforms, 0); // [2, pairs]
    Operand<TFloat32> flat = tf.reshape(normals, tf.constant(new long[] {2 * pairs}));
    if (shape.size() % 2 == 1) {
      flat = Slices.along(tf, flat, 0, 0, shape.size());
    }
    return tf.reshape(flat, tf.constant(shape));
  }

  /**
   * Standard normals for rows {@code first}, {@code first + 1}, ... of a reproducible noise table:
   * a row's values do not depend on which others are asked for.
   *
   * @param first int64 scalar, at least 0
   * @param count int64 scalar, rows wanted
   * @param element static shape of a row
   * @return [count, element...]
   */
  public Operand<TFloat32> normalRows(
      Ops tf, Purpose purpose, Operand<TInt64> first, Operand<TInt64> count, Shape element) {
    long perRow = 2 * ((element.size() + 1) / 2);
    long blocksPerRow = (perRow + VALUES_PER_BLOCK - 1) / VALUES_PER_BLOCK;
    long drawn = blocksPerRow * VALUES_PER_BLOCK;
    Operand<TInt32> bits =
        bits(
            tf,
            purpose,
            0,
            tf.math.mul(first, tf.constant(blocksPerRow)),
            tf.stack(List.of(count, tf.constant(2L), tf.constant(drawn / 2))));
    Operand<TFloat32> normals = boxMuller(tf, uniform(tf, bits), 1); // [count, 2, drawn / 2]
    Operand<TFloat32> rows = tf.reshape(normals, tf.stack(List.of(count, tf.constant(drawn))));
    Operand<TFloat32> kept = Slices.along(tf, rows, 1, 0, element.size());
    Operand<TInt64> shape =
        tf.concat(
            List.of(tf.reshape(count, tf.constant(new long[] {1})), tf.constant(element.asArray())),
            tf.constant(0));
    return tf.reshape(kept, shape);
  }

  private Operand<TInt32> bits(
      Ops tf, Purpose purpose, int site, Operand<TInt64> block, Operand<TInt64> shape) {
    if (site < 0 || site >= SITES) {
      throw new IllegalArgumentException("site " + site + " is not in [0, " + SITES + ")");
    }
    Operand<TInt64> high =
        tf.math.add(
            tf.math.mul(step, tf.constant(PURPOSES * SITES)),
            tf.constant(purpose.number * SITES + site));
    Operand<TInt64> counter = tf.stack(List.of(block, high));
    Operand<TInt64> key = tf.reshape(seed, tf.constant(new long[] {1}));
    return tf.random.statelessRandomUniformFullIntV2(
        shape, unsigned(tf, key), unsigned(tf, counter), tf.constant(PHILOX), TInt32.class);
  }

  private static Operand<TFloat32> uniform(Ops tf, Operand<TInt32> bits) {
    Operand<TFloat32> integers =
        tf.dtypes.cast(tf.bitwise.bitwiseAnd(bits, tf.constant((1 << 23) - 1)), TFloat32.class);
    return Expr.of(tf, integers).plus(0.5).times(Math.pow(2, -23));
  }

  // The two halves along the axis give radius and angle; the result has cosines, then sines.
  private static Operand<TFloat32> boxMuller(Ops tf, Operand<TFloat32> uniforms, int axis) {
    List<Output<TFloat32>> halves = tf.split(tf.constant(axis), uniforms, 2L).output();
    Expr<TFloat32> radius = Expr.of(tf, halves.get(0)).log().times(-2).sqrt();
    Expr<TFloat32> angle = Expr.of(tf, halves.get(1)).times(2 * Math.PI);
    return tf.concat(
        List.of(radius.times(tf.math.cos(angle)), radius.times(tf.math.sin(angle))),
        tf.constant(axis));
  }

  // TensorFlow Java has no class for uint64, which the generator's key and counter are.
  private static Operand<TType> unsigned(Ops tf, Operand<TInt64> value) {
    return tf.scope()
        .opBuilder("Bitcast", "unsigned")
        .addInput(value.asOutput())
        .setAttr("type", DataType.DT_UINT64)
        .build()
        .output(0);
  }
}
