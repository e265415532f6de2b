package org.couplet.consistency;

import static org.couplet.graph.Evaluation.relativeError;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.couplet.Npz;
import org.couplet.graph.Evaluation;
import org.couplet.graph.Randomness;
import org.couplet.graph.Weight;
import org.couplet.graph.Weights;
import org.couplet.layer.Dropout;
import org.couplet.network.Execution;
import org.couplet.network.Labels;
import org.couplet.network.Network;
import org.couplet.network.Networks;
import org.couplet.network.Reference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gradients;
import org.tensorflow.types.TFloat32;

/** The whole loss, its gradients and its couplings against the reference's two networks. */
@Tag("long")
class ConsistencyLossTest {
  private static final double INDUCED = 0.5;

  @ParameterizedTest
  @CsvSource({
    "songunet_ddpmpp, ic, OFF",
    "songunet_ddpmpp, ic, POINTWISE",
    "songunet_ddpmpp, gc, STEP",
    "songunet_ncsnpp, ic, STEP",
    "songunet_ncsnpp, gc, OFF",
    "songunet_ncsnpp, gc, POINTWISE"
  })
  void lossAndGradientsMatchReference(String name, String coupling, Execution.Compiled compiled) {
    Reference reference = Reference.read(name);
    Network network = Networks.named(name);
    List<Weight> trainable = network.weights().stream().filter(Weight::trainable).toList();
    ConsistencyLoss loss = loss(network, coupling.equals("gc"), new Execution(compiled, false));
    List<float[]> results =
        Evaluation.of(
            compiled == Execution.Compiled.STEP,
            inputs(reference, network),
            (tf, in) -> {
              int count = network.weights().size();
              Weights online = Weights.of(network.weights(), in.subList(0, count));
              Weights average = Weights.of(network.weights(), in.subList(count, 2 * count));
              Levels levels = levels(tf, reference);
              Objective.Step step = step(tf, online, average, in.get(2 * count));
              Coupling.Pair pair =
                  loss.coupling()
                      .pair(tf, loss.couplingInputs(tf, step, in.get(2 * count + 1), levels));
              ConsistencyLoss.Comparison comparison =
                  loss.compare(
                      tf,
                      online,
                      average,
                      new ConsistencyLoss.LevelledPair(pair, levels, Labels.none()),
                      Dropout.none());
              List<Operand<TFloat32>> wanted =
                  new ArrayList<>(
                      List.of(
                          comparison.teacher(),
                          comparison.student(),
                          comparison.distance(),
                          comparison.weight(),
                          comparison.mean()));
              Gradients gradients =
                  tf.gradients(
                      comparison.mean(),
                      trainable.stream().map(weight -> online.get(weight.name())).toList());
              for (int i = 0; i < trainable.size(); i++) {
                wanted.add(gradients.<TFloat32>dy(i));
              }
              return wanted;
            });
    String[] rowNames = {"teacher", "student", "huber", "weight"};
    for (int i = 0; i < rowNames.length; i++) {
      float[] expected = reference.values(coupling + "/" + rowNames[i]);
      assertEquals(0, relativeError(expected, results.get(i)), 1e-5, rowNames[i]);
    }
    assertEquals(
        Npz.get(reference.arrays(), coupling + "/loss").doubles()[0], results.get(4)[0], 1e-4);
    for (int i = 0; i < trainable.size(); i++) {
      String weight = trainable.get(i).name();
      float[] expected = reference.weightValues(coupling + "/grad/", weight);
      double error = relativeError(expected, results.get(5 + i));
      assertTrue(error <= 1e-4, weight + " " + error);
    }
  }

  @ParameterizedTest
  @CsvSource({"songunet_ddpmpp", "songunet_ncsnpp"})
  void generatorInducedRowsAreTheAveragesEstimates(String name) {
    Reference reference = Reference.read(name);
    Network network = Networks.named(name);
    ConsistencyLoss loss = loss(network, true, Execution.PLAIN);
    List<float[]> results =
        Evaluation.of(
            false,
            inputs(reference, network),
            (tf, in) -> {
              int count = network.weights().size();
              Weights online = Weights.of(network.weights(), in.subList(0, count));
              Weights average = Weights.of(network.weights(), in.subList(count, 2 * count));
              Coupling.Inputs inputs =
                  loss.couplingInputs(
                      tf,
                      step(tf, online, average, in.get(2 * count)),
                      in.get(2 * count + 1),
                      levels(tf, reference));
              return List.of(((GeneratorInducedCoupling) loss.coupling()).dataEnd(tf, inputs));
            });
    float[] data = reference.values("x");
    float[] xHat = reference.values("gc_xhat");
    float[] expected = data.clone();
    // The reference induces rows 0 and 2.
    int row = data.length / 4;
    System.arraycopy(xHat, 0, expected, 0, row);
    System.arraycopy(xHat, 2 * row, expected, 2 * row, row);
    assertEquals(0, relativeError(expected, results.get(0)), 1e-5);
  }

  private static ConsistencyLoss loss(Network network, boolean induced, Execution execution) {
    double c = 0.00054 * Math.sqrt(16 * 16 * 3);
    return new ConsistencyLoss(
        new ConsistencyFunction(
            network, new VarianceExploding(), 0.002, 0.5, TFloat32.class, execution),
        new StandardNormalNoise(),
        new DiscreteLevelPairs(new UniformLaw()),
        new InverseGapWeighting(),
        new PseudoHuberDistance(c),
        induced
            ? new GeneratorInducedCoupling(true, InducedRows.CHOSEN, INDUCED, false, 1)
            : new IndependentCoupling(),
        ConsistencyFunction.denoiser(network, 0.5, TFloat32.class, execution),
        false);
  }

  // The levels are the reference's, so none are drawn.
  private static Objective.Step step(Ops tf, Weights online, Weights average, Operand<TFloat32> x) {
    return new Objective.Step(
        online,
        average,
        Optional.empty(),
        x,
        Labels.none(),
        new ScheduledOperands(
            tf.constant(new double[] {1, 2}),
            tf.constant(2),
            tf.constant((float) INDUCED),
            tf.constant(1f)),
        Optional.empty(),
        new Randomness(tf.constant(0L), tf.constant(0L)),
        1);
  }

  // Online weights, averaged weights, x, z.
  private static List<Evaluation.Input> inputs(Reference reference, Network network) {
    List<Evaluation.Input> inputs = new ArrayList<>();
    for (String prefix : new String[] {"param/", "ema/"}) {
      for (Weight weight : network.weights()) {
        inputs.add(
            new Evaluation.Input(weight.shape(), reference.weightValues(prefix, weight.name())));
      }
    }
    for (String name : new String[] {"x", "z"}) {
      inputs.add(new Evaluation.Input(Shape.of(4, 16, 16, 3), reference.values(name)));
    }
    return inputs;
  }

  private static Levels levels(Ops tf, Reference reference) {
    return new Levels(
        tf.constant(Npz.get(reference.arrays(), "sigma_i").doubles()),
        tf.constant(Npz.get(reference.arrays(), "sigma_ip1").doubles()));
  }
}
