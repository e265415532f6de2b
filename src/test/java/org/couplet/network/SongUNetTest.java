package org.couplet.network;

import static org.couplet.graph.Evaluation.relativeError;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.couplet.Bfloat16;
import org.couplet.graph.Evaluation;
import org.couplet.graph.Weights;
import org.couplet.layer.Dropout;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;

@Tag("long")
class SongUNetTest {
  @ParameterizedTest
  @CsvSource({
    "songunet_ddpmpp, OFF",
    "songunet_ddpmpp, POINTWISE",
    "songunet_ddpmpp, STEP",
    "songunet_ncsnpp, OFF",
    "songunet_ncsnpp, POINTWISE",
    "songunet_ncsnpp, STEP"
  })
  void outputMatchesReference(String name, Execution.Compiled compiled) {
    Network network = Networks.named(name);
    Reference reference = Reference.read(name);
    List<Evaluation.Input> inputs = new ArrayList<>();
    inputs.add(reference.input("x"));
    inputs.add(reference.input("sigma_i"));
    network.weights().forEach(weight -> inputs.add(reference.weight(weight)));
    List<float[]> results =
        Evaluation.of(
            compiled == Execution.Compiled.STEP,
            inputs,
            (tf, in) -> {
              Operand<TFloat32> label = tf.math.mul(tf.math.log(in.get(1)), tf.constant(0.25f));
              Weights values = Weights.of(network.weights(), in.subList(2, in.size()));
              return List.of(
                  network.apply(
                      tf,
                      values,
                      in.get(0),
                      label,
                      Labels.none(),
                      Dropout.none(),
                      new Execution(compiled, false)));
            });
    assertEquals(0, relativeError(reference.values("raw_F"), results.get(0)), 1e-5);
  }

  @ParameterizedTest
  @CsvSource({"songunet_ddpmpp, OFF", "songunet_ddpmpp, POINTWISE", "songunet_ncsnpp, STEP"})
  void outputInBfloat16IsNearTheReference(String name, Execution.Compiled compiled) {
    Bfloat16.assumeRight();
    Network network = Networks.named(name);
    Reference reference = Reference.read(name);
    List<Evaluation.Input> inputs = new ArrayList<>();
    inputs.add(reference.input("x"));
    inputs.add(reference.input("sigma_i"));
    network.weights().forEach(weight -> inputs.add(reference.weight(weight)));
    List<float[]> results =
        Evaluation.of(
            compiled == Execution.Compiled.STEP,
            inputs,
            (tf, in) -> {
              Operand<TFloat32> label = tf.math.mul(tf.math.log(in.get(1)), tf.constant(0.25f));
              Weights values = Weights.of(network.weights(), in.subList(2, in.size()));
              Operand<TBfloat16> x = tf.dtypes.cast(in.get(0), TBfloat16.class);
              Operand<TBfloat16> y =
                  network.apply(
                      tf,
                      values,
                      x,
                      label,
                      Labels.none(),
                      Dropout.none(),
                      new Execution(compiled, false));
              return List.of(tf.dtypes.cast(y, TFloat32.class));
            });
    double error = relativeError(reference.values("raw_F"), results.get(0));
    // The numbers of bfloat16 are up to 1 / 128 apart, relatively.
    assertEquals(0, error, 0.02);
    assertTrue(error > 1e-4, "float32 after all: " + error);
  }

  @Test
  void takesBatchesOfUnknownSize() {
    Network network = Networks.named("songunet_ncsnpp");
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      List<Operand<TFloat32>> values = new ArrayList<>();
      network.weights().forEach(w -> values.add(tf.zeros(tf.constant(w.shape()), TFloat32.class)));
      Operand<TFloat32> x = images(tf, Shape.of(Shape.UNKNOWN_SIZE, 16, 16, 3));
      Operand<TFloat32> label = images(tf, Shape.of(Shape.UNKNOWN_SIZE));
      Operand<TFloat32> y =
          network.apply(
              tf,
              Weights.of(network.weights(), values),
              x,
              label,
              Labels.none(),
              Dropout.none(),
              Execution.PLAIN);
      // As arrays: a shape with an unknown size equals no other.
      assertArrayEquals(x.shape().asArray(), y.shape().asArray());
    }
  }

  private static Operand<TFloat32> images(Ops tf, Shape shape) {
    return tf.placeholder(TFloat32.class, Placeholder.shape(shape));
  }
}
