package org.couplet.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
 * Random values as a pure function of (seed, step, purpose, site, row, position): the counter-based
 * generator Philox with its counter chosen here. The bits are the same in plain and in compiled
 * graphs; floats are made from bits, as the two disagree on how to do that.
 *
 * <p>The rows of a batch have values of their own: a part of a batch draws what it has in the
 * whole.
 *
 * @param seed int64 scalar, the generator's key
 * @param step int64 scalar, the training step or another count of draws; at least 0, below 2^40
 * @param firstRow int64 scalar, the place of the first row in the step's whole batch; empty for 0
 */
public record Randomness(
    Operand<TInt64> seed, Operand<TInt64> step, Optional<Operand<TInt64>> firstRow) {
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
    SAMPLES(6),
    /** Choice of rows whose class is not told. */
    LABELS(7);

    private final int number;

    Purpose(int number) {
      this.number = number;
    }
  }

  /** Of whole batches. */
  public Randomness(Operand<TInt64> seed, Operand<TInt64> step) {
    this(seed, step, Optional.empty());
  }

  /** What it consists of, for {@link #with}: int64 scalars. */
  public List<Operand<TInt64>> operands() {
    List<Operand<TInt64>> operands = new ArrayList<>(List.of(seed, step));
    firstRow.ifPresent(operands::add);
    return List.copyOf(operands);
  }

  /** The same in another graph, in which {@link #operands} have these values. */
  public Randomness with(List<? extends Operand<?>> operands) {
    List<Output<TInt64>> values =
        operands.stream().map(value -> value.asOutput().expect(TInt64.class)).toList();
    return new Randomness(values.get(0), values.get(1), firstRow.map(unused -> values.get(2)));
  }

  /**
   * That of a part of these rows.
   *
   * @param first int64 scalar, the place of the part's first row among them
   */
  public Randomness fromRow(Ops tf, Operand<TInt64> first) {
    return new Randomness(
        seed, step, Optional.of(firstRow.isEmpty() ? first : tf.math.add(firstRow.get(), first)));
  }

  /** Place of the first row in the step's whole batch, int64 scalar. */
  public Operand<TInt64> first(Ops tf) {
    return firstRow.orElseGet(() -> tf.constant(0L));
  }

  /**
   * Uniform bits for the rows of a batch.
   *
   * @param shape static, [rows, element...]
   */
  public Operand<TInt32> rowBits(Ops tf, Purpose purpose, int site, Shape shape) {
    long rows = shape.get(0);
    long perRow = shape.size() / rows;
    long blocks = (perRow + VALUES_PER_BLOCK - 1) / VALUES_PER_BLOCK;
    Operand<TInt64> block = tf.math.mul(first(tf), tf.constant(blocks));
    if (blocks * VALUES_PER_BLOCK == perRow) {
      return bits(tf, purpose, site, block, tf.constant(shape));
    }
    Shape drawn = Shape.of(rows, blocks * VALUES_PER_BLOCK);
    Operand<TInt32> all = bits(tf, purpose, site, block, tf.constant(drawn));
    return tf.reshape(Slices.along(tf, all, 1, 0, perRow), tf.constant(shape));
  }

  /**
   * Uniforms for the rows of a batch, as {@link #uniform}.
   *
   * @param shape static, [rows, element...]
   */
  public Operand<TFloat32> rowUniforms(Ops tf, Purpose purpose, int site, Shape shape) {
    return uniform(tf, rowBits(tf, purpose, site, shape));
  }

  /**
   * Uniforms in (0, 1) for the rows of a batch, multiples of 2^-32 moved by half of one: for laws
   * with rare values.
   *
   * @param shape static, [rows, element...]
   */
  public Operand<TFloat64> preciseRowUniforms(Ops tf, Purpose purpose, int site, Shape shape) {
    Operand<TFloat64> integers = tf.dtypes.cast(rowBits(tf, purpose, site, shape), TFloat64.class);
    return Expr.of(tf, integers).plus(Math.pow(2, 31) + 0.5).times(Math.pow(2, -32));
  }

  /**
   * Standard normals for the rows of a batch.
   *
   * @param shape static, [rows, element...]
   */
  public Operand<TFloat32> rowNormals(Ops tf, Purpose purpose, Shape shape) {
    Shape element = shape.tail();
    Operand<TInt64> rows = tf.constant(shape.get(0));
    return tf.reshape(normalRows(tf, purpose, first(tf), rows, element), tf.constant(shape));
  }

  /**
   * Uniforms in (0, 1), multiples of 2^-23 moved by half of one.
   *
   * @param shape static
   */
  public Operand<TFloat32> uniform(Ops tf, Purpose purpose, int site, Shape shape) {
    return uniform(tf, bits(tf, purpose, site, tf.constant(0L), tf.constant(shape)));
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

  /**
   * Uniforms in (0, 1), as {@link #uniform}, one for each of the rows {@code first}, {@code first +
   * 1}, ... of a reproducible table.
   *
   * @param first int64 scalar, at least 0
   * @param count int64 scalar, rows wanted
   * @return [count]
   */
  public Operand<TFloat32> uniformRows(
      Ops tf, Purpose purpose, Operand<TInt64> first, Operand<TInt64> count) {
    Operand<TInt64> shape = tf.stack(List.of(count, tf.constant(VALUES_PER_BLOCK)));
    Operand<TInt32> blocks = bits(tf, purpose, 0, first, shape);
    Operand<TInt32> one = Slices.along(tf, blocks, 1, 0, 1);
    return tf.reshape(uniform(tf, one), tf.constant(new int[] {-1}));
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
