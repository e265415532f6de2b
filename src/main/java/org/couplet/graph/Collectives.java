package org.couplet.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TFloating;
import org.tensorflow.types.family.TType;

/**
 * What workers in lockstep exchange, by TensorFlow's own collectives. Each exchange has a key by
 * the order in which the graph is built: all workers must build the same graph. Collectives work in
 * a graph itself only, not in its functions.
 */
public final class Collectives {
  private static final int GROUP = 1;

  private final int workers;
  private final long messageBytes;
  private int nextKey = 1;

  /**
   * @param workers that take part, at least 2
   * @param messageBytes arrays travel together in messages up to this size; an array may be larger
   */
  public Collectives(int workers, long messageBytes) {
    this.workers = workers;
    this.messageBytes = messageBytes;
  }

  /**
   * The means of arrays over all workers: for each worker the same bits.
   *
   * @param values of static shapes; the last ones are sent first, as a backward pass has them first
   * @param type the precision in which they travel
   */
  public List<Operand<TFloat32>> means(
      Ops tf, List<Operand<TFloat32>> values, Class<? extends TFloating> type) {
    return inMessages(
        tf,
        values,
        message -> Cast.to(tf, reduced(tf, Cast.to(tf, message, type), "Div"), TFloat32.class));
  }

  /**
   * One worker's arrays, exactly.
   *
   * @param values of static shapes
   * @param isTheirs bool scalar, true for the worker whose values all get
   */
  public List<Operand<TFloat32>> copies(
      Ops tf, List<Operand<TFloat32>> values, Operand<TBool> isTheirs) {
    // -0 is what adding changes nothing, not even a zero's sign.
    Operand<TFloat32> nothing = tf.constant(-0f);
    return inMessages(
        tf, values, message -> reduced(tf, tf.select(isTheirs, message, nothing), "Id"));
  }

  /** The sum of an array over all workers. */
  public <T extends TType> Operand<T> sum(Ops tf, Operand<T> value) {
    return reduced(tf, value, "Id");
  }

  private List<Operand<TFloat32>> inMessages(
      Ops tf, List<Operand<TFloat32>> values, UnaryOperator<Operand<TFloat32>> exchange) {
    List<Operand<TFloat32>> results = new ArrayList<>(values);
    int end = values.size();
    while (end > 0) {
      int begin = end - 1;
      long bytes = bytes(values.get(begin));
      while (begin > 0 && bytes + bytes(values.get(begin - 1)) <= messageBytes) {
        begin--;
        bytes += bytes(values.get(begin));
      }
      List<Operand<TFloat32>> message = values.subList(begin, end);
      List<Operand<TFloat32>> parts = parted(tf, exchange.apply(joined(tf, message)), message);
      for (int i = 0; i < parts.size(); i++) {
        results.set(begin + i, parts.get(i));
      }
      end = begin;
    }
    return results;
  }

  private static long bytes(Operand<TFloat32> value) {
    return value.shape().size() * Float.BYTES;
  }

  // One after another, flat.
  private static Operand<TFloat32> joined(Ops tf, List<Operand<TFloat32>> values) {
    List<Operand<TFloat32>> flat = new ArrayList<>();
    values.forEach(value -> flat.add(tf.reshape(value, tf.constant(new int[] {-1}))));
    return flat.size() == 1 ? flat.get(0) : tf.concat(flat, tf.constant(0));
  }

  private static List<Operand<TFloat32>> parted(
      Ops tf, Operand<TFloat32> message, List<Operand<TFloat32>> like) {
    long[] sizes = like.stream().mapToLong(value -> value.shape().size()).toArray();
    List<Operand<TFloat32>> parts = new ArrayList<>();
    if (sizes.length == 1) {
      parts.add(message);
    } else {
      Operand<TInt64> split = tf.constant(sizes);
      parts.addAll(tf.splitV(message, split, tf.constant(0), (long) sizes.length).output());
    }
    for (int i = 0; i < sizes.length; i++) {
      Shape shape = like.get(i).shape();
      parts.set(i, tf.reshape(parts.get(i), tf.constant(shape)));
    }
    return parts;
  }

  private <T extends TType> Operand<T> reduced(Ops tf, Operand<T> value, String last) {
    var builder = tf.scope().opBuilder("CollectiveReduceV2", "CollectiveReduce");
    builder.addInput(value.asOutput());
    builder.addInput(tf.constant(workers).asOutput());
    builder.addInput(tf.constant(GROUP).asOutput());
    builder.addInput(tf.constant(nextKey++).asOutput());
    builder.addInputList(new Output<?>[0]);
    builder.setAttr("merge_op", "Add");
    builder.setAttr("final_op", last);
    return builder.build().output(0);
  }
}
