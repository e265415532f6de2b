package org.couplet.inspection;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

/**
 * What is known of a value that is passed to a function or returned by one. Unlike {@link Shape}s,
 * those with unknown sizes can be equal.
 *
 * @param sizes of the value's shape, -1 where unknown; null for an unknown rank
 * @param held the same of the variable that a resource refers to
 */
record Argument(DataType type, @Nullable List<Long> sizes, @Nullable List<Long> held) {
  static Argument of(DataType type, Shape shape) {
    return new Argument(type, shape.toListOrNull(), null);
  }

  Shape shape() {
    return shape(sizes);
  }

  static Shape shape(@Nullable List<Long> sizes) {
    return sizes == null
        ? Shape.unknown()
        : Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
  }

  /** What is known of values that may be these or those. */
  static List<Argument> joined(List<Argument> these, List<Argument> those) {
    List<Argument> joined = new ArrayList<>();
    for (int i = 0; i < Math.min(these.size(), those.size()); i++) {
      Argument a = these.get(i);
      Argument b = those.get(i);
      joined.add(
          new Argument(
              a.type(), joinedSizes(a.sizes(), b.sizes()), joinedSizes(a.held(), b.held())));
    }
    return joined;
  }

  private static @Nullable List<Long> joinedSizes(@Nullable List<Long> a, @Nullable List<Long> b) {
    if (a == null || b == null || a.size() != b.size()) {
      return null;
    }
    List<Long> joined = new ArrayList<>();
    for (int i = 0; i < a.size(); i++) {
      joined.add(a.get(i).equals(b.get(i)) ? a.get(i) : Shape.UNKNOWN_SIZE);
    }
    return joined;
  }

  /** The value without its first axis. */
  Argument row() {
    return sizes == null || sizes.isEmpty()
        ? this
        : new Argument(type, sizes.subList(1, sizes.size()), held);
  }

  /** So many such values, along a new first axis. */
  Argument rows(long count) {
    if (sizes == null) {
      return this;
    }
    List<Long> all = new ArrayList<>(List.of(count));
    all.addAll(sizes);
    return new Argument(type, all, held);
  }
}
