package org.couplet.network;

import static org.couplet.network.Reference.relativeError;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.couplet.graph.Dropout;
import org.couplet.graph.Evaluation;
import org.couplet.graph.Weight;
import org.couplet.graph.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gradients;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

class SongUNetTest {
  private static final double SIGMA_DATA = 0.5;
  private static final double SIGMA_MIN = 0.002;
  private static final List<String> INPUTS = List.of("x", "z", "sigma_i", "sigma_ip1");

  /** What the body makes of the network, its weights and the reference's inputs. */
  private interface Body {
    List<Operand<TFloat32>> build(
        Ops tf, List<Operand<TFloat32>> weights, List<Operand<TFloat32>> inputs);
  }

  @ParameterizedTest
  @CsvSource({
    "songunet_ddpmpp, false",
    "songunet_ddpmpp, true",
    "songunet_ncsnpp, false",
    "songunet_ncsnpp, true"
  })
  void outputMatchesReference(String name, boolean compiled) {
    Network network = Networks.named(name);
    Reference reference = Reference.read(name);
    List<float[]> results =
        run(
            network,
            reference,
            compiled,
            (tf, weights, in) -> {
              Operand<TFloat32> label = label(tf, in.get(2));
              Weights values = Weights.of(network.weights(), weights);
              return List.of(network.apply(tf, values, in.get(0), label, Dropout.none()));
            });
    assertEquals(0, relativeError(reference.values("raw_F"), results.get(0)), 1e-5);
  }

  @ParameterizedTest
  @CsvSource({
    "songunet_ddpmpp, false",
    "songunet_ddpmpp, true",
    "songunet_ncsnpp, false",
    "songunet_ncsnpp, true"
  })
  void gradientsOfTheConsistencyLossMatchReference(String name, boolean compiled) {
    Network network = Networks.named(name);
    Reference reference = Reference.read(name);
    List<float[]> results =
        run(network, reference, compiled, (tf, weights, in) -> gradients(tf, network, weights, in));
    assertEquals(0, relativeError(reference.values("ic/loss"), results.get(0)), 1e-5);
    List<Weight> trainable = network.weights().stream().filter(Weight::trainable).toList();
    for (int i = 0; i < trainable.size(); i++) {
      String weight = trainable.get(i).name();
      double error = relativeError(reference.weightValues("ic/grad/", weight), results.get(i + 1));
      assertTrue(error <= 1e-4, weight + " " + error);
    }
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
          network.apply(tf, Weights.of(network.weights(), values), x, label, Dropout.none());
      // As arrays: a shape with an unknown size equals no other.
      assertArrayEquals(x.shape().asArray(), y.shape().asArray());
    }
  }

  private static Operand<TFloat32> images(Ops tf, Shape shape) {
    return tf.placeholder(TFloat32.class, Placeholder.shape(shape));
  }

  // Loss, then its gradients by the trainable weights.
  private static List<Operand<TFloat32>> gradients(
      Ops tf, Network network, List<Operand<TFloat32>> weights, List<Operand<TFloat32>> in) {
    Weights values = Weights.of(network.weights(), weights);
    Operand<TFloat32> teacher =
        tf.stopGradient(consistency(tf, network, values, in.get(0), in.get(1), in.get(2)));
    Operand<TFloat32> student = consistency(tf, network, values, in.get(0), in.get(1), in.get(3));
    Operand<TFloat32> squares =
        tf.reduceSum(
            tf.math.squaredDifference(student, teacher), tf.constant(new int[] {1, 2, 3})); // [n]
    double d = student.shape().size() / (double) student.shape().get(0);
    double c = 0.00054 * Math.sqrt(d);
    Operand<TFloat32> huber =
        tf.math.sub(tf.math.sqrt(tf.math.add(squares, number(tf, c * c))), number(tf, c));
    Operand<TFloat32> loss =
        tf.math.mean(tf.math.div(huber, tf.math.sub(in.get(3), in.get(2))), tf.constant(0));
    List<Operand<TFloat32>> trainable = new ArrayList<>();
    for (int i = 0; i < weights.size(); i++) {
      if (network.weights().get(i).trainable()) {
        trainable.add(weights.get(i));
      }
    }
    Gradients gradients = tf.gradients(loss, trainable);
    List<Operand<TFloat32>> results = new ArrayList<>(List.of(loss));
    for (int i = 0; i < trainable.size(); i++) {
      results.add(gradients.<TFloat32>dy(i));
    }
    return results;
  }

  // f(x + sigma z, sigma)
  private static Operand<TFloat32> consistency(
      Ops tf,
      Network network,
      Weights weights,
      Operand<TFloat32> x,
      Operand<TFloat32> z,
      Operand<TFloat32> sigma) {
    Operand<TFloat32> level = tf.reshape(sigma, tf.constant(new long[] {-1, 1, 1, 1}));
    Operand<TFloat32> point = tf.math.add(x, tf.math.mul(level, z));
    Operand<TFloat32> above = tf.math.sub(level, number(tf, SIGMA_MIN));
    Operand<TFloat32> power = number(tf, SIGMA_DATA * SIGMA_DATA);
    Operand<TFloat32> inScale = tf.math.rsqrt(tf.math.add(tf.math.square(level), power));
    Operand<TFloat32> skipScale = tf.math.div(power, tf.math.add(tf.math.square(above), power));
    Operand<TFloat32> outScale = tf.math.mul(tf.math.mul(number(tf, SIGMA_DATA), above), inScale);
    Operand<TFloat32> raw =
        network.apply(tf, weights, tf.math.mul(inScale, point), label(tf, sigma), Dropout.none());
    return tf.math.add(tf.math.mul(skipScale, point), tf.math.mul(outScale, raw));
  }

  private static Operand<TFloat32> label(Ops tf, Operand<TFloat32> sigma) {
    return tf.math.mul(tf.math.log(sigma), number(tf, 0.25));
  }

  private static Operand<TFloat32> number(Ops tf, double value) {
    return tf.constant((float) value);
  }

  private static List<float[]> run(
      Network network, Reference reference, boolean compiled, Body body) {
    List<Evaluation.Input> inputs = new ArrayList<>();
    network.weights().forEach(weight -> inputs.add(reference.weight(weight)));
    int count = inputs.size();
    INPUTS.forEach(name -> inputs.add(reference.input(name)));
    return Evaluation.of(
        compiled,
        inputs,
        (tf, in) -> body.build(tf, in.subList(0, count), in.subList(count, in.size())));
  }
}
