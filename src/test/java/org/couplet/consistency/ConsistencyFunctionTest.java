package org.couplet.consistency;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.couplet.Npz;
import org.couplet.graph.Evaluation;
import org.couplet.graph.Weights;
import org.couplet.layer.Dropout;
import org.couplet.network.Execution;
import org.couplet.network.Labels;
import org.couplet.network.Mlp;
import org.couplet.network.Network;
import org.couplet.network.Networks;
import org.couplet.network.Reference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

class ConsistencyFunctionTest {
  @ParameterizedTest
  @ValueSource(strings = {"songunet_ddpmpp", "songunet_ncsnpp"})
  void valuesMatchReference(String name) {
    Reference reference = Reference.read(name);
    Network network = Networks.named(name);
    ConsistencyFunction function =
        new ConsistencyFunction(
            network, new VarianceExploding(), 0.002, 0.5, TFloat32.class, Execution.PLAIN);
    List<Evaluation.Input> inputs = new ArrayList<>();
    for (String input : new String[] {"x", "z", "sigma_i"}) {
      inputs.add(reference.input(input));
    }
    network.weights().forEach(weight -> inputs.add(reference.weight(weight)));
    List<float[]> result =
        Evaluation.of(
            false,
            inputs,
            (tf, in) -> {
              var sigma = in.get(2);
              var point = new VarianceExploding().point(tf, in.get(0), in.get(1), sigma);
              Weights weights = Weights.of(network.weights(), in.subList(3, in.size()));
              return List.of(
                  function.apply(tf, weights, point, sigma, Labels.none(), Dropout.none()));
            });
    assertEquals(0, Evaluation.relativeError(reference.values("f_theta"), result.get(0)), 1e-5);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void isTheIdentityAtSigmaMinBitForBit(boolean compiled) {
    float[] x = {1.25f, -0.3f, 0.001f, 7e5f};
    float[] values = apply(compiled, 0.002, x, 0.002f, 0.002f);
    assertArrayEquals(x, values);
  }

  // With F = 0 f is c_skip x; with F = 1 it is c_skip x + c_out.
  @Test
  void scalingMatchesReference() {
    Map<String, Npz.Array> arrays = Npz.read("reference/schedules.npz");
    double[] sigma = Npz.get(arrays, "precond/sigma").doubles();
    double[] skip = Npz.get(arrays, "precond/c_skip").doubles();
    double[] out = Npz.get(arrays, "precond/c_out").doubles();
    for (int i = 0; i < sigma.length; i++) {
      float[] values = apply(false, 0.002, new float[] {1, 1}, (float) sigma[i]);
      assertEquals(skip[i] + out[i] * BIAS, values[0], 2e-6);
    }
  }

  private static final float BIAS = 0.75f;

  // An MLP whose output is its last bias, whatever comes in.
  private static float[] apply(boolean compiled, double sigmaMin, float[] x, float... sigma) {
    Network network = new Mlp(2, 1, 4);
    ConsistencyFunction function =
        new ConsistencyFunction(
            network, new VarianceExploding(), sigmaMin, 0.5, TFloat32.class, Execution.PLAIN);
    return Evaluation.of(
            compiled,
            List.of(
                new Evaluation.Input(Shape.of(sigma.length, 2), x),
                new Evaluation.Input(Shape.of(sigma.length), sigma)),
            (tf, in) -> {
              var weights =
                  network.weights().stream()
                      .map(
                          weight ->
                              tf.fill(
                                  tf.constant(weight.shape()),
                                  tf.constant(weight.shape().equals(Shape.of(2)) ? BIAS : 0f)))
                      .toList();
              return List.of(
                  function.apply(
                      tf,
                      Weights.of(network.weights(), weights),
                      in.get(0),
                      in.get(1),
                      Labels.none(),
                      Dropout.none()));
            })
        .get(0);
  }
}
