package org.couplet.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.couplet.graph.GraphFunction.Argument;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gradients;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TFloating;

/**
 * A part of a network that keeps nothing but its inputs for the backward pass, which computes the
 * part once more (rematerialisation, Chen et al. 2016).
 *
 * @param name of letters, digits and underscores
 * @param compiled whether the whole graph is to be compiled by XLA
 */
public record Rematerialized(String name, boolean compiled) {
  /**
   * Calls the part.
   *
   * @param inputs floating-point arrays, all of which the part uses, and int64 scalars
   * @param type of the result
   * @param body from (ops, inputs) to the result; of {@code inputs} it uses only those given to it
   * @return the result, of unknown shape
   */
  public <T extends TFloating> Operand<T> call(
      Ops tf,
      List<Operand<?>> inputs,
      Class<T> type,
      BiFunction<Ops, List<Operand<?>>, Operand<T>> body) {
    List<Argument> arguments = new ArrayList<>();
    inputs.forEach(input -> arguments.add(new Argument(input.type(), input.shape())));
    GraphFunction value =
        GraphFunction.define(name, arguments, (ops, in) -> List.of(body.apply(ops, in)));
    arguments.add(new Argument(type, Shape.unknown()));
    // Inlined it would become one with the forward pass, whose values would then be kept.
    GraphFunction again =
        GraphFunction.define(
                name + "_again", arguments, (ops, in) -> gradients(ops, in, type, body))
            .notInlined();
    GraphFunction gradient =
        GraphFunction.define(
            name + "_gradient", arguments, (ops, in) -> List.copyOf(again.call(ops, in, false)));
    Operand<?> y = value.withGradient(gradient).call(tf, inputs, false).get(0);
    return y.asOutput().expect(type);
  }

  private <T extends TFloating> List<Operand<?>> gradients(
      Ops tf,
      List<Operand<?>> given,
      Class<T> type,
      BiFunction<Ops, List<Operand<?>>, Operand<T>> body) {
    List<Operand<?>> all = compiled ? behindBarrier(tf, given) : given;
    List<Operand<?>> inputs = all.subList(0, all.size() - 1);
    Operand<T> dy = all.get(inputs.size()).asOutput().expect(type);
    Operand<T> y = body.apply(tf, inputs);
    List<Operand<?>> arrays = inputs.stream().filter(Rematerialized::hasGradient).toList();
    Gradients found = tf.gradients(y, arrays, Gradients.dx(List.of(dy)));
    List<Operand<?>> results = new ArrayList<>();
    int next = 0;
    for (Operand<?> input : inputs) {
      results.add(hasGradient(input) ? found.dy(next++) : tf.constant(0L));
    }
    return results;
  }

  private static boolean hasGradient(Operand<?> input) {
    return !input.type().equals(TInt64.class);
  }

  // XLA inlines every function, and would find what it has computed before.
  private static List<Operand<?>> behindBarrier(Ops tf, List<Operand<?>> inputs) {
    var builder = tf.scope().opBuilder("XlaOptimizationBarrier", "barrier");
    builder.addInputList(inputs.stream().map(Operand::asOutput).toArray(Output<?>[]::new));
    GraphOperation barrier = (GraphOperation) builder.build();
    List<Operand<?>> outputs = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      outputs.add(barrier.output(i));
    }
    return outputs;
  }
}
