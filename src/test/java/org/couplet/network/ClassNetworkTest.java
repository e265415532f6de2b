package org.couplet.network;

import static org.couplet.graph.Evaluation.relativeError;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.couplet.graph.Evaluation;
import org.couplet.graph.Weight;
import org.couplet.graph.Weights;
import org.couplet.layer.Dropout;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** A SongUNet that is told classes, against PyTorch. */
@Tag("long")
class ClassNetworkTest {
  private static final Network NETWORK = Networks.named("songunet_classes");
  private static final Reference REFERENCE = Reference.read("songunet_classes");
  // The reference's, of which the second is none.
  private static final int[] CLASSES = {4, Labels.UNKNOWN, 0, 2};

  @Test
  void weightsAreTheReferencesInItsOrder() {
    assertEquals(
        REFERENCE.arrays().keySet().stream()
            .filter(name -> name.startsWith("param/"))
            .map(name -> name.substring("param/".length()).replace('.', '/'))
            .collect(Collectors.joining("\n")),
        NETWORK.weights().stream().map(Weight::name).collect(Collectors.joining("\n")));
  }

  @ParameterizedTest
  @EnumSource(
      value = Execution.Compiled.class,
      names = {"OFF", "POINTWISE", "STEP"})
  void outputAndGradientsMatchReference(Execution.Compiled compiled) {
    List<Weight> weights = NETWORK.weights();
    List<Evaluation.Input> inputs = new ArrayList<>();
    inputs.add(REFERENCE.input("x"));
    inputs.add(REFERENCE.input("c_noise"));
    weights.forEach(weight -> inputs.add(REFERENCE.weight(weight)));
    List<float[]> results =
        Evaluation.of(
            compiled == Execution.Compiled.STEP,
            inputs,
            (tf, in) -> {
              Labels labels = Labels.of(tf.constant(CLASSES));
              Operand<TFloat32> y = output(tf, in, labels, new Execution(compiled, false));
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
    assertEquals(0, relativeError(REFERENCE.values("raw_F"), results.get(0)), 1e-5);
    for (int i = 0; i < weights.size(); i++) {
      String name = weights.get(i).name();
      double error = relativeError(REFERENCE.weightValues("grad/", name), results.get(1 + i));
      assertTrue(error <= 1e-4, name + " " + error);
    }
  }

  @Test
  void labelsAreNeeded() {
    List<Evaluation.Input> inputs = new ArrayList<>();
    inputs.add(REFERENCE.input("x"));
    inputs.add(REFERENCE.input("c_noise"));
    NETWORK.weights().forEach(weight -> inputs.add(REFERENCE.weight(weight)));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            Evaluation.of(
                false,
                inputs,
                (tf, in) -> List.of(output(tf, in, Labels.none(), Execution.PLAIN))));
  }

  private static Operand<TFloat32> output(
      Ops tf, List<Operand<TFloat32>> in, Labels labels, Execution execution) {
    return NETWORK.apply(
        tf,
        Weights.of(NETWORK.weights(), in.subList(2, in.size())),
        in.get(0),
        in.get(1),
        labels,
        Dropout.none(),
        execution);
  }
}
