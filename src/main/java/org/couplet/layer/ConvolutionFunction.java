package org.couplet.layer;

import java.util.Collections;
import java.util.List;
import org.couplet.graph.Arguments;
import org.couplet.graph.GraphFunction;
import org.couplet.graph.GraphFunction.Argument;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TType;

/** A function of an image and a filter, with a gradient of its own. */
final class ConvolutionFunction {
  private ConvolutionFunction() {}

  /** (image, filter) to the result. */
  @FunctionalInterface
  interface Value<T extends TType> {
    Operand<T> of(Ops tf, Operand<T> x, Operand<T> filter);
  }

  /** (image, filter, gradient of the result) to the gradients of the first two. */
  @FunctionalInterface
  interface Gradients<T extends TType> {
    List<Operand<?>> of(Ops tf, Operand<T> x, Operand<T> filter, Operand<T> dy);
  }

  /** Defines one, for arguments of any shapes and one type. */
  static <T extends TType> GraphFunction define(
      String name, Class<T> type, Value<T> value, Gradients<T> gradients) {
    Argument any = new Argument(type, Shape.unknown());
    return GraphFunction.define(
            name,
            Collections.nCopies(2, any),
            (tf, arguments) -> {
              Arguments in = new Arguments(arguments);
              return List.of(value.of(tf, in.next(type), in.next(type)));
            })
        .withGradient(
            GraphFunction.define(
                name + "_gradient",
                Collections.nCopies(3, any),
                (tf, arguments) -> {
                  Arguments in = new Arguments(arguments);
                  return gradients.of(tf, in.next(type), in.next(type), in.next(type));
                }));
  }
}
