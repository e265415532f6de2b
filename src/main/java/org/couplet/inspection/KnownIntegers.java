package org.couplet.inspection;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.LongBinaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.NodeDef;

/**
 * Sizes that programs compute from other sizes, most of them for the gradients of sums. TensorFlow
 * would run a graph of its own for each.
 */
final class KnownIntegers {
  /** A scalar or a vector. */
  record Integers(Shape shape, List<Long> elements) {
    private static Integers scalar(long element) {
      return new Integers(Shape.scalar(), List.of(element));
    }

    private static Integers vector(List<Long> elements) {
      return new Integers(Shape.of(elements.size()), elements);
    }
  }

  // Shapes are short; a damaged graph may ask for more than memory has.
  private static final int MOST_ELEMENTS = 1 << 16;

  private KnownIntegers() {}

  /** An operation's results, or nothing where TensorFlow must compute them. */
  static Optional<List<Integers>> of(NodeDef node, List<Value> inputs) {
    if (node.getOp().equals("Shape")) {
      Shape shape = inputs.get(0).shape();
      return shape.hasUnknownDimension()
          ? Optional.empty()
          : Optional.of(List.of(Integers.vector(shape.toListOrNull())));
    }
    List<Integers> known = new ArrayList<>();
    for (Value input : inputs) {
      if (input.integers().isEmpty() || input.shape().numDimensions() > 1) {
        return Optional.empty();
      }
      known.add(new Integers(input.shape(), input.integers().get()));
    }
    return known.isEmpty() ? Optional.empty() : computed(node.getOp(), known);
  }

  private static Optional<List<Integers>> computed(String op, List<Integers> in) {
    return switch (op) {
      case "BroadcastGradientArgs" -> Optional.of(broadcastAxes(in.get(0), in.get(1)));
      case "Size" -> Optional.of(List.of(Integers.scalar(in.get(0).elements().size())));
      case "OnesLike" ->
          Optional.of(
              List.of(
                  new Integers(
                      in.get(0).shape(), Collections.nCopies(in.get(0).elements().size(), 1L))));
      case "Range" -> range(in).map(List::of);
      case "DynamicStitch" -> stitched(in).map(List::of);
      case "Add", "AddV2" -> eachPair(in, Long::sum);
      case "Sub" -> eachPair(in, (a, b) -> a - b);
      case "Mul" -> eachPair(in, (a, b) -> a * b);
      case "Maximum" -> eachPair(in, Math::max);
      case "Div" -> contains(in.get(1), 0) ? Optional.empty() : eachPair(in, (a, b) -> a / b);
      case "Mod" -> contains(in.get(1), 0) ? Optional.empty() : eachPair(in, (a, b) -> a % b);
      default -> Optional.empty();
    };
  }

  private static boolean contains(Integers integers, long element) {
    return integers.elements().contains(element);
  }

  private static Optional<List<Integers>> eachPair(List<Integers> in, LongBinaryOperator function) {
    Integers a = in.get(0);
    Integers b = in.get(1);
    Shape shape = a.shape().isScalar() ? b.shape() : a.shape();
    if (!b.shape().isScalar() && !b.shape().equals(shape)) {
      return Optional.empty();
    }
    List<Long> elements =
        IntStream.range(0, Math.toIntExact(shape.size()))
            .mapToObj(
                i ->
                    function.applyAsLong(
                        a.elements().get(a.shape().isScalar() ? 0 : i),
                        b.elements().get(b.shape().isScalar() ? 0 : i)))
            .toList();
    return Optional.of(List.of(new Integers(shape, elements)));
  }

  private static Optional<Integers> range(List<Integers> in) {
    long start = in.get(0).elements().get(0);
    long limit = in.get(1).elements().get(0);
    return in.get(2).elements().get(0) == 1 && limit - start <= MOST_ELEMENTS
        ? Optional.of(Integers.vector(LongStream.range(start, limit).boxed().toList()))
        : Optional.empty();
  }

  // Places first, then what goes there; later ones replace earlier ones.
  private static Optional<Integers> stitched(List<Integers> in) {
    int count = in.size() / 2;
    int size = 0;
    for (Integers places : in.subList(0, count)) {
      size = Math.max(size, (int) (places.elements().stream().reduce(-1L, Math::max) + 1));
    }
    if (size > MOST_ELEMENTS) {
      return Optional.empty();
    }
    List<Long> stitched = new ArrayList<>(Collections.nCopies(size, 0L));
    for (int i = 0; i < count; i++) {
      List<Long> places = in.get(i).elements();
      List<Long> elements = in.get(count + i).elements();
      if (places.size() != elements.size()) {
        return Optional.empty();
      }
      for (int k = 0; k < places.size(); k++) {
        stitched.set(Math.toIntExact(places.get(k)), elements.get(k));
      }
    }
    return Optional.of(Integers.vector(stitched));
  }

  // The axes that a gradient is summed over: those of size 1, unless the shapes are equal.
  private static List<Integers> broadcastAxes(Integers a, Integers b) {
    if (a.elements().equals(b.elements())) {
      return List.of(Integers.vector(List.of()), Integers.vector(List.of()));
    }
    int rank = Math.max(a.elements().size(), b.elements().size());
    return List.of(axesOfSizeOne(a.elements(), rank), axesOfSizeOne(b.elements(), rank));
  }

  private static Integers axesOfSizeOne(List<Long> sizes, int rank) {
    int missing = rank - sizes.size();
    return Integers.vector(
        LongStream.range(0, rank)
            .filter(axis -> axis < missing || sizes.get((int) axis - missing) == 1)
            .boxed()
            .toList());
  }
}
