package org.couplet.consistency;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.couplet.graph.Randomness;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;

/**
 * GC(mu): a row's data end is the model's own estimate x_hat (equations 7 and 8) with probability
 * mu, else the data itself.
 *
 * @param average whether x_hat is made with the moving average (figure 5b) or the online weights
 * @param rows how the rows are chosen
 * @param largestMu the highest mu of the run, in [0, 1]: as many rows as that are computed
 */
public record GeneratorInducedCoupling(boolean average, Choice rows, double largestMu)
    implements Coupling {
  /**
   * The two ends.
   *
   * @param x [n, element...], the data end
   * @param z [n, element...], the noise end
   */
  record Ends(Operand<TFloat32> x, Operand<TFloat32> z) {}

  /** How the generator-induced rows of a batch are chosen. */
  public enum Choice {
    /** The first round(mu n): as the batch is in random order, each row has probability mu. */
    CHOSEN,
    /** Each row by its own draw. */
    BERNOULLI
  }

  @Override
  public Pair pair(Ops tf, Inputs inputs) {
    Ends ends = ends(tf, inputs);
    return inputs.between(tf, ends.x(), ends.z());
  }

  /** The two ends of each row's pair, equation (8). */
  Ends ends(Ops tf, Inputs inputs) {
    int batch = (int) inputs.x().shape().get(0);
    int computed = rows == Choice.CHOSEN ? (int) Math.round(largestMu * batch) : batch;
    if (computed == 0) {
      return new Ends(inputs.x(), inputs.z());
    }
    Operand<TFloat32> x = head(tf, inputs.x(), computed);
    Operand<TFloat32> sigmaLow = head(tf, inputs.levels().lowFloat(tf), computed);
    Operand<TFloat32> xLow =
        inputs.process().point(tf, x, head(tf, inputs.z(), computed), sigmaLow);
    Operand<TFloat32> xHat = tf.stopGradient(inputs.generator(average).estimate(xLow, sigmaLow));
    Operand<TBool> induced =
        rows == Choice.CHOSEN
            ? firstRows(tf, inputs.mu(), batch, computed)
            : drawnRows(tf, inputs.mu(), batch, inputs.randomness());
    Operand<TFloat32> mixed = tf.select(rowMask(tf, induced, x), xHat, x);
    return new Ends(
        computed == batch
            ? mixed
            : tf.concat(List.of(mixed, tail(tf, inputs.x(), computed)), tf.constant(0)),
        inputs.z());
  }

  private static Operand<TBool> firstRows(Ops tf, Operand<TFloat32> mu, int batch, int computed) {
    Operand<TFloat32> count =
        tf.math.floor(tf.math.add(tf.math.mul(mu, tf.constant((float) batch)), tf.constant(0.5f)));
    float[] index = new float[computed];
    IntStream.range(0, computed).forEach(i -> index[i] = i);
    return tf.math.less(tf.constant(index), count);
  }

  private static Operand<TBool> drawnRows(
      Ops tf, Operand<TFloat32> mu, int batch, Randomness randomness) {
    return tf.math.less(randomness.uniform(tf, Randomness.Purpose.ROWS, 0, Shape.of(batch)), mu);
  }

  private static Operand<TBool> rowMask(Ops tf, Operand<TBool> rows, Operand<TFloat32> x) {
    long[] shape = x.shape().asArray();
    Arrays.fill(shape, 1, shape.length, 1);
    return tf.reshape(rows, tf.constant(shape));
  }

  private static Operand<TFloat32> head(Ops tf, Operand<TFloat32> x, int count) {
    return rows(tf, x, 0, count);
  }

  private static Operand<TFloat32> tail(Ops tf, Operand<TFloat32> x, int from) {
    return rows(tf, x, from, (int) x.shape().get(0) - from);
  }

  private static Operand<TFloat32> rows(Ops tf, Operand<TFloat32> x, int from, int count) {
    long[] begin = new long[x.shape().numDimensions()];
    long[] size = x.shape().asArray();
    begin[0] = from;
    size[0] = count;
    return tf.slice(x, tf.constant(begin), tf.constant(size));
  }
}
