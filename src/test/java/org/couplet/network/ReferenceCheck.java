package org.couplet.network;

import static org.couplet.graph.Evaluation.relativeError;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.couplet.graph.Evaluation;
import org.couplet.graph.Weight;
import org.couplet.graph.Weights;
import org.couplet.layer.Dropout;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Compares a network that is told classes with a reference's.
 *
 * @param reference with the arrays x, c_noise, raw_F, {@code param/...} and {@code grad/...}, these
 *     of half the output's mean square
 * @param classes the reference's
 */
@SuppressWarnings("ArrayRecordComponent") // made once and only read
record ReferenceCheck(Network network, Reference reference, int... classes) {
  /** x, the noise labels, and all weights. */
  List<Evaluation.Input> inputs() {
    List<Evaluation.Input> inputs = new ArrayList<>();
    inputs.add(reference.input("x"));
    inputs.add(reference.input("c_noise"));
    network.weights().forEach(weight -> inputs.add(reference.weight(weight)));
    return inputs;
  }

  /** The output for {@link #inputs}. */
  Operand<TFloat32> output(Ops tf, List<Operand<TFloat32>> in, Labels labels, Execution execution) {
    return network.apply(
        tf,
        Weights.of(network.weights(), in.subList(2, in.size())),
        in.get(0),
        in.get(1),
        labels,
        Dropout.none(),
        execution);
  }

  void assertNamesAndOrder() {
    assertEquals(
        reference.arrays().keySet().stream()
            .filter(name -> name.startsWith("param/"))
            .map(name -> name.substring("param/".length()).replace('.', '/'))
            .collect(Collectors.joining("\n")),
        network.weights().stream().map(Weight::name).collect(Collectors.joining("\n")));
  }

  /** Output to 1e-5, gradients of all weights to 1e-4. */
  void assertOutputAndGradients(Execution execution) {
    List<Weight> weights = network.weights();
    List<float[]> results =
        Evaluation.of(
            execution.compiled() == Execution.Compiled.STEP,
            inputs(),
            (tf, in) -> {
              Operand<TFloat32> y = output(tf, in, Labels.of(tf.constant(classes)), execution);
              Operand<TFloat32> all = tf.reshape(y, tf.constant(new int[] {-1}));
              Operand<TFloat32> half =
                  tf.math.mul(tf.math.mean(tf.math.square(all), tf.constant(0)), tf.constant(0.5f));
              var gradients = tf.gradients(half, in.subList(2, in.size()));
              List<Operand<TFloat32>> wanted = new ArrayList<>(List.of(y));
              for (int i = 0; i < weights.size(); i++) {
                wanted.add(gradients.dy(i));
              }
              return wanted;
            });
    assertEquals(0, relativeError(reference.values("raw_F"), results.get(0)), 1e-5);
    for (int i = 0; i < weights.size(); i++) {
      String name = weights.get(i).name();
      double error = relativeError(reference.weightValues("grad/", name), results.get(1 + i));
      assertTrue(error <= 1e-4, name + " " + error);
    }
  }
}
