package org.couplet.consistency;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.couplet.consistency.ProbabilityFlow.Solver;
import org.couplet.graph.Evaluation;
import org.couplet.graph.Randomness;
import org.couplet.network.Labels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/** The flow of N(0, s^2), whose denoiser and whose paths are known. */
class ProbabilityFlowTest {
  private static final double DEVIATION = 0.6;

  @ParameterizedTest
  @CsvSource({"EULER, 2", "HEUN, 4"})
  void theErrorFallsWithTheSolversOrder(Solver solver, double factor) {
    double coarse = error(solver, 32);
    double fine = error(solver, 64);
    assertEquals(factor, coarse / fine, 0.1 * factor);
  }

  // From sigma = 2 to 0.2 in even steps.
  private static double error(Solver solver, int steps) {
    float reached =
        Evaluation.of(
                false,
                List.of(new Evaluation.Input(Shape.of(1, 1), 3)),
                (tf, in) -> {
                  Operand<TFloat32> x = in.get(0);
                  for (int i = 0; i < steps; i++) {
                    x =
                        solver.step(
                            tf,
                            denoiser(tf),
                            x,
                            tf.constant(new float[] {level(i, steps)}),
                            tf.constant(new float[] {level(i + 1, steps)}),
                            Labels.none());
                  }
                  return List.of(x);
                })
            .get(0)[0];
    return Math.abs(reached - 3 * exactFactor(2, 0.2));
  }

  @Test
  void aRowThatEndsAtZeroTakesEulersStepToTheEstimate() {
    float[] x = {1, -2, 3};
    List<float[]> results =
        Evaluation.of(
            true,
            List.of(
                new Evaluation.Input(Shape.of(3, 1), x),
                new Evaluation.Input(Shape.of(3), 0.5f, 2, 0.5f),
                new Evaluation.Input(Shape.of(3), 0, 0, 0.25f)),
            (tf, in) ->
                List.of(
                    Solver.HEUN.step(
                        tf, denoiser(tf), in.get(0), in.get(1), in.get(2), Labels.none()),
                    Solver.EULER.step(
                        tf, denoiser(tf), in.get(0), in.get(1), in.get(2), Labels.none())));
    float[] heun = results.get(0);
    float[] euler = results.get(1);
    assertEquals(euler[0], heun[0]);
    assertEquals(euler[1], heun[1]);
    assertNotEquals(euler[2], heun[2]);
    double variance = DEVIATION * DEVIATION;
    assertEquals(variance / (variance + 0.25), heun[0], 1e-6);
    assertEquals(-2 * variance / (variance + 4), heun[1], 1e-6);
  }

  // D says the row's label, and -1 for an unknown class.
  @Test
  void guidanceMovesTheEstimateAsFarAsTheClassDoesTimesItsStrength() {
    List<float[]> results =
        Evaluation.of(
            false,
            List.of(new Evaluation.Input(Shape.of(3, 1), 0, 0, 0)),
            (tf, in) -> {
              Coupling.Generator told = (points, sigma, labels) -> column(tf, labels);
              Operand<TFloat32> sigma = tf.constant(new float[] {1, 1, 1});
              Labels labels = Labels.of(tf.constant(new int[] {0, 1, 4}));
              List<Operand<TFloat32>> estimates = new ArrayList<>();
              for (float strength : new float[] {0, 1, 2.5f}) {
                estimates.add(
                    ProbabilityFlow.guided(tf, told, tf.constant(strength))
                        .estimate(in.get(0), sigma, labels));
              }
              return estimates;
            });
    assertArrayEquals(new float[] {-1, -1, -1}, results.get(0));
    assertArrayEquals(new float[] {0, 1, 4}, results.get(1));
    assertArrayEquals(new float[] {1.5f, 4, 11.5f}, results.get(2));
  }

  @Test
  void aPairOfDistillationIsOneStepOfTheFlow() {
    float[] x = {1, -2};
    float[] z = {0.5f, 1.5f};
    double[] low = {0.1, 0.9};
    double[] high = {0.4, 1.2};
    for (Solver solver : Solver.values()) {
      List<float[]> results =
          Evaluation.of(
              false,
              List.of(
                  new Evaluation.Input(Shape.of(2, 1), x), new Evaluation.Input(Shape.of(2, 1), z)),
              (tf, in) -> {
                Coupling.Pair pair =
                    new ProbabilityFlowCoupling(solver)
                        .pair(
                            tf,
                            inputs(
                                tf,
                                in,
                                new Levels(tf.constant(low), tf.constant(high)),
                                Optional.of(denoiser(tf))));
                return List.of(pair.low(), pair.high());
              });
      for (int i = 0; i < 2; i++) {
        double start = x[i] + high[i] * z[i];
        assertEquals(start, results.get(1)[i], 1e-6);
        assertEquals(stepByHand(solver, start, high[i], low[i]), results.get(0)[i], 1e-6);
      }
    }
  }

  // D says the row's label c: on its flow x - c shrinks as sigma does, whatever the solver.
  @Test
  void theTeacherOfDistillationIsToldTheClassOfEachRow() {
    float[] x = {1, -2, 0.5f};
    float[] z = {0.5f, 1.5f, -1};
    int[] classes = {3, 0, -1};
    double[] low = {0.1, 0.9, 0.5};
    double[] high = {0.4, 1.2, 2};
    for (Solver solver : Solver.values()) {
      float[] found =
          Evaluation.of(
                  false,
                  List.of(
                      new Evaluation.Input(Shape.of(3, 1), x),
                      new Evaluation.Input(Shape.of(3, 1), z)),
                  (tf, in) -> {
                    Coupling.Inputs inputs =
                        inputs(
                            tf,
                            in,
                            Labels.of(tf.constant(classes)),
                            new Levels(tf.constant(low), tf.constant(high)),
                            Optional.of((points, sigma, labels) -> column(tf, labels)));
                    return List.of(new ProbabilityFlowCoupling(solver).pair(tf, inputs).low());
                  })
              .get(0);
      for (int i = 0; i < 3; i++) {
        double start = x[i] + high[i] * z[i];
        double end = classes[i] + (start - classes[i]) * low[i] / high[i];
        assertEquals(end, found[i], 1e-6);
      }
    }
  }

  @Test
  void noGradientFlowsIntoThePair() {
    float[] gradient =
        Evaluation.of(
                false,
                List.of(
                    new Evaluation.Input(Shape.of(1, 1), 1), new Evaluation.Input(Shape.of(1), 2)),
                (tf, in) -> {
                  Coupling.Generator scaled =
                      (points, sigma, labels) -> tf.math.mul(points, in.get(1));
                  Levels levels =
                      new Levels(tf.constant(new double[] {1}), tf.constant(new double[] {2}));
                  Coupling.Pair pair =
                      new ProbabilityFlowCoupling(Solver.EULER)
                          .pair(
                              tf,
                              inputs(
                                  tf, List.of(in.get(0), in.get(0)), levels, Optional.of(scaled)));
                  // The second term has a gradient of 1; the pair must add nothing to it.
                  return List.of(
                      tf.gradients(
                              tf.math.add(tf.math.mul(pair.low(), tf.constant(1f)), in.get(1)),
                              List.of(in.get(1)))
                          .<TFloat32>dy(0));
                })
            .get(0);
    assertArrayEquals(new float[] {1}, gradient);
  }

  @Test
  void distillationWithoutAScoreModelIsRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () ->
            Evaluation.of(
                false,
                List.of(new Evaluation.Input(Shape.of(1, 1), 1)),
                (tf, in) -> {
                  Operand<TFloat64> level = tf.constant(new double[] {1});
                  Coupling.Inputs inputs =
                      inputs(
                          tf,
                          List.of(in.get(0), in.get(0)),
                          new Levels(level, level),
                          Optional.empty());
                  return List.of(new ProbabilityFlowCoupling(Solver.HEUN).pair(tf, inputs).low());
                }));
  }

  private static Operand<TFloat32> column(Ops tf, Labels labels) {
    Operand<TFloat32> values = tf.dtypes.cast(labels.operands().get(0), TFloat32.class);
    return tf.expandDims(values, tf.constant(1));
  }

  private static Coupling.Inputs inputs(
      Ops tf, List<Operand<TFloat32>> ends, Levels levels, Optional<Coupling.Generator> denoiser) {
    return inputs(tf, ends, Labels.none(), levels, denoiser);
  }

  private static Coupling.Inputs inputs(
      Ops tf,
      List<Operand<TFloat32>> ends,
      Labels labels,
      Levels levels,
      Optional<Coupling.Generator> denoiser) {
    Coupling.Generator none = (points, sigma, classes) -> points;
    return new Coupling.Inputs(
        ends.get(0),
        labels,
        ends.get(1),
        levels,
        new VarianceExploding(),
        none,
        none,
        denoiser,
        Optional.empty(),
        tf.constant(0f),
        new Randomness(tf.constant(1L), tf.constant(2L)));
  }

  // D(x, sigma) = x s^2 / (s^2 + sigma^2).
  private static Coupling.Generator denoiser(Ops tf) {
    Operand<TFloat32> variance = tf.constant((float) (DEVIATION * DEVIATION));
    return (points, sigma, labels) ->
        tf.math.mul(
            points,
            Rows.like(
                tf, tf.math.div(variance, tf.math.add(variance, tf.math.square(sigma))), points));
  }

  private static double stepByHand(Solver solver, double x, double sigma, double next) {
    double slope = slope(x, sigma);
    double euler = x + (next - sigma) * slope;
    return solver == Solver.EULER ? euler : x + (next - sigma) * (slope + slope(euler, next)) / 2;
  }

  // (x - D) / sigma = x sigma / (s^2 + sigma^2).
  private static double slope(double x, double sigma) {
    return x * sigma / (DEVIATION * DEVIATION + sigma * sigma);
  }

  private static double exactFactor(double sigma, double next) {
    return Math.hypot(DEVIATION, next) / Math.hypot(DEVIATION, sigma);
  }

  private static float level(int i, int steps) {
    return (float) (2 - 1.8 * i / steps);
  }
}
