package org.couplet.graph;

import java.util.ArrayList;
import java.util.List;
import org.couplet.graph.GraphFunction.Argument;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * A loop in the graph whose rounds run one after another. No gradient goes through it, but a round
 * may take some.
 *
 * @param name of the loop; loops of the same name in a program must be the same
 */
public record Loop(String name) {
  /** What one round does, in a graph of its own. */
  @FunctionalInterface
  public interface Round {
    /**
     * The next state.
     *
     * @param index int32 scalar, of the round, from 0
     * @param state as the round before left it
     * @param shared as given to the loop
     */
    List<Operand<TFloat32>> next(
        Ops tf, Operand<TInt32> index, List<Operand<TFloat32>> state, List<Operand<?>> shared);
  }

  /**
   * Runs the loop.
   *
   * @param rounds int32 scalar
   * @param state to begin with; a round leaves it in the same shapes
   * @param shared what every round gets
   * @return the last state
   */
  public List<Operand<TFloat32>> run(
      Ops tf,
      Operand<TInt32> rounds,
      List<Operand<TFloat32>> state,
      List<? extends Operand<?>> shared,
      Round round) {
    List<Operand<?>> values = new ArrayList<>();
    values.add(tf.constant(0));
    values.add(rounds);
    values.addAll(state);
    values.addAll(shared);
    List<Argument> arguments =
        values.stream().map(value -> new Argument(value.type(), value.shape())).toList();
    GraphFunction goesOn =
        GraphFunction.define(
            name + "_goes_on",
            arguments,
            (ops, in) -> List.of(ops.math.less(integer(in, 0), integer(in, 1))));
    GraphFunction body =
        GraphFunction.define(
            name,
            arguments,
            (ops, in) -> {
              List<Operand<?>> given = in.subList(2 + state.size(), in.size());
              List<Operand<?>> results = new ArrayList<>();
              results.add(ops.math.add(integer(in, 0), ops.constant(1)));
              results.add(in.get(1));
              results.addAll(round.next(ops, integer(in, 0), state(in, state.size()), given));
              results.addAll(given);
              return results;
            });
    return state(body.callWhile(tf, goesOn, values), state.size());
  }

  private static Operand<TInt32> integer(List<? extends Operand<?>> values, int i) {
    return values.get(i).asOutput().expect(TInt32.class);
  }

  private static List<Operand<TFloat32>> state(List<? extends Operand<?>> values, int count) {
    return GraphFunction.floats(values.subList(2, 2 + count));
  }
}
