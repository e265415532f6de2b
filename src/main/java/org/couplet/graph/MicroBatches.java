package org.couplet.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

/**
 * Works rows off in parts of equal size, one after another: what the work leaves in between is in
 * memory for one part at a time. No gradient goes through, but the work may take some.
 *
 * @param name of the work; works of the same name in a program must be the same
 * @param size rows of a part at most, at least 1
 */
public record MicroBatches(String name, int size) {
  /**
   * What the work is given, in a graph of its own.
   *
   * @param first int32 scalar, index of the part's first row
   * @param rows [rows of the part, ...] each
   * @param shared as given
   */
  public record MicroBatch(Operand<TInt32> first, List<Operand<?>> rows, List<Operand<?>> shared) {}

  /**
   * Sums over the parts.
   *
   * @param rows [n, ...] each, static; n a multiple of the size
   * @param shared what every part gets whole, of static shapes
   * @param shapes of the results
   * @param work from (ops, part) to results
   */
  public List<Operand<TFloat32>> sums(
      Ops tf,
      List<Operand<?>> rows,
      List<Operand<?>> shared,
      List<Shape> shapes,
      BiFunction<Ops, MicroBatch, List<Operand<TFloat32>>> work) {
    int count = count(rows);
    if (count % size != 0) {
      throw new IllegalArgumentException(size + " rows do not divide " + count);
    }
    return new Loop(name)
        .run(
            tf,
            tf.constant(count / size),
            shapes.stream().map(shape -> zeros(tf, shape)).toList(),
            both(rows, shared),
            (ops, index, sums, given) -> {
              Operand<TInt32> first = ops.math.mul(index, ops.constant(size));
              List<Operand<TFloat32>> terms =
                  work.apply(ops, microBatch(ops, first, size, rows.size(), given));
              return IntStream.range(0, terms.size())
                  .<Operand<TFloat32>>mapToObj(i -> ops.math.add(sums.get(i), terms.get(i)))
                  .toList();
            });
  }

  /**
   * Maps rows to rows.
   *
   * @param rows [n, ...] each, static; the parts are as equal as they can be, the last one
   *     beginning earlier where n does not divide
   * @param shared what every part gets whole, of static shapes
   * @param work from (ops, part) to what the first of {@code rows} has the shape of
   * @return of the shape of the first of {@code rows}
   */
  public Operand<TFloat32> map(
      Ops tf,
      List<Operand<?>> rows,
      List<Operand<?>> shared,
      BiFunction<Ops, MicroBatch, Operand<TFloat32>> work) {
    int count = count(rows);
    int parts = (count + size - 1) / size;
    int least = (count + parts - 1) / parts;
    int[] offsets = IntStream.range(0, least).toArray();
    return new Loop(name)
        .run(
            tf,
            tf.constant(parts),
            List.of(zeros(tf, rows.get(0).shape())),
            both(rows, shared),
            (ops, index, done, given) -> {
              Operand<TInt32> first =
                  ops.math.minimum(
                      ops.math.mul(index, ops.constant(least)), ops.constant(count - least));
              Operand<TFloat32> mapped =
                  work.apply(ops, microBatch(ops, first, least, rows.size(), given));
              Operand<TInt32> indices = ops.math.add(ops.constant(offsets), first); // [least]
              return List.of(
                  ops.tensorScatterNdUpdate(
                      done.get(0), ops.expandDims(indices, ops.constant(1)), mapped));
            })
        .get(0);
  }

  private static MicroBatch microBatch(
      Ops tf, Operand<TInt32> first, int size, int arrays, List<Operand<?>> given) {
    List<Operand<?>> rows = new ArrayList<>();
    given.subList(0, arrays).forEach(array -> rows.add(rowsFrom(tf, array, first, size)));
    return new MicroBatch(first, rows, given.subList(arrays, given.size()));
  }

  private static <T extends TType> Operand<T> rowsFrom(
      Ops tf, Operand<T> x, Operand<TInt32> first, int size) {
    int rank = x.shape().numDimensions();
    List<Operand<TInt32>> begin = new ArrayList<>();
    begin.add(first);
    for (int axis = 1; axis < rank; axis++) {
      begin.add(tf.constant(0));
    }
    int[] extent = Arrays.stream(x.shape().asArray()).mapToInt(Math::toIntExact).toArray();
    extent[0] = size;
    return tf.slice(x, tf.stack(begin), tf.constant(extent));
  }

  private static Operand<TFloat32> zeros(Ops tf, Shape shape) {
    return tf.fill(tf.constant(shape), tf.constant(0f));
  }

  private static int count(List<Operand<?>> rows) {
    return (int) rows.get(0).shape().get(0);
  }

  private static List<Operand<?>> both(List<Operand<?>> rows, List<Operand<?>> shared) {
    List<Operand<?>> all = new ArrayList<>(rows);
    all.addAll(shared);
    return all;
  }
}
