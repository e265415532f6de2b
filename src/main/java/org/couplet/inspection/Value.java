package org.couplet.inspection;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

/** A value in a program. It is added to the scratch graph only when an operation there takes it. */
final class Value {
  private final DataType type;
  private final Shape shape;
  private final @Nullable List<Long> held;
  private final @Nullable List<Long> integers;
  private final Supplier<Output<?>> source;
  private @Nullable Output<?> output;

  private Value(Argument argument, @Nullable List<Long> integers, Supplier<Output<?>> source) {
    this.type = argument.type();
    this.shape = argument.shape();
    this.held = argument.held();
    this.integers = integers;
    this.source = source;
  }

  /** A value that is in the scratch graph. */
  static Value of(Output<?> output) {
    return new Value(Argument.of(output.dataType(), output.shape()), null, () -> output);
  }

  /** A value that {@code source} adds to the scratch graph. */
  static Value of(Argument argument, Supplier<Output<?>> source) {
    return new Value(argument, null, source);
  }

  /** The same for known integers. */
  static Value of(Argument argument, List<Long> integers, Supplier<Output<?>> source) {
    return new Value(argument, integers, source);
  }

  DataType type() {
    return type;
  }

  Shape shape() {
    return shape;
  }

  /** As in {@link Argument}. */
  @Nullable List<Long> held() {
    return held;
  }

  /** The elements, where they are known without TensorFlow's help. */
  Optional<List<Long>> integers() {
    return Optional.ofNullable(integers);
  }

  Output<?> output() {
    Output<?> added = output;
    if (added == null) {
      added = source.get();
      output = added;
    }
    return added;
  }

  Argument argument() {
    return new Argument(type, shape.toListOrNull(), held);
  }
}
