package org.couplet.consistency;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.couplet.graph.Evaluation;
import org.couplet.graph.Weight;
import org.couplet.graph.Weights;
import org.couplet.layer.Dropout;
import org.couplet.network.Execution;
import org.couplet.network.Labels;
import org.couplet.network.Mlp;
import org.couplet.network.Network;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class ForwardProcessTest {
  private static final double SIGMA_DATA = 0.5;

  private static final Known EDM =
      new Known(
          "EDM",
          new VarianceExploding(),
          sigma -> 1,
          sigma -> sigma,
          List.of(0.002, 0.01, 0.5, 3.0, 80.0));
  private static final Known EDMS_RATIO =
      new Known(
          "bridge, EDM's ratio",
          new Bridge(Bridge.Alpha.SIGNAL_TO_NOISE),
          sigma -> 1 / (1 + sigma),
          sigma -> sigma / (1 + sigma),
          List.of(0.002, 0.01, 0.5, 3.0, 80.0));
  private static final Known SIGMA =
      new Known(
          "bridge, sigma",
          new Bridge(Bridge.Alpha.SIGMA),
          sigma -> 1 - sigma,
          sigma -> sigma,
          List.of(0.001, 0.01, 0.3, 0.8, 1.0));

  /** A process and, in double precision, its shares of data and noise at a level. */
  record Known(
      String name,
      ForwardProcess process,
      DoubleUnaryOperator dataShare,
      DoubleUnaryOperator noiseShare,
      List<Double> levels) {
    double data(double sigma) {
      return dataShare.applyAsDouble(sigma);
    }

    double noise(double sigma) {
      return noiseShare.applyAsDouble(sigma);
    }

    double sigmaMin() {
      return levels.get(0);
    }

    Evaluation.Input input() {
      float[] sigmas = new float[levels.size()];
      for (int i = 0; i < sigmas.length; i++) {
        sigmas[i] = levels.get(i).floatValue();
      }
      return new Evaluation.Input(Shape.of(sigmas.length), sigmas);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Known> all() {
    return Stream.of(EDM, EDMS_RATIO, SIGMA);
  }

  static Stream<Arguments> plainAndCompiled() {
    return all().flatMap(known -> Stream.of(arguments(known, false), arguments(known, true)));
  }

  // Kernels treat the last rows of a batch otherwise than the others: hence many sizes.
  @ParameterizedTest
  @MethodSource("plainAndCompiled")
  void theFunctionIsTheIdentityAtSigmaMinBitForBit(Known known, boolean compiled) {
    Random random = new Random(1);
    double[] lowest =
        DoubleStream.concat(DoubleStream.of(0.001, 0.002, 0.01, 0.006117182), random.doubles())
            .limit(9)
            .toArray();
    Network network = new Mlp(2, 1, 4);
    List<Evaluation.Input> inputs = new ArrayList<>();
    for (int i = 0; i < lowest.length; i++) {
      float[] sigma = new float[2 * i + 1];
      Arrays.fill(sigma, (float) lowest[i]);
      inputs.add(new Evaluation.Input(Shape.of(2 * i + 1), sigma));
      inputs.add(new Evaluation.Input(Shape.of(2 * i + 1, 2), values(random, 2 * (2 * i + 1), 10)));
    }
    for (Weight weight : network.weights()) {
      inputs.add(
          new Evaluation.Input(weight.shape(), values(random, (int) weight.shape().size(), 1000)));
    }
    List<float[]> results =
        Evaluation.of(
            compiled,
            inputs,
            (tf, in) -> {
              Weights weights =
                  Weights.of(network.weights(), in.subList(2 * lowest.length, in.size()));
              List<Operand<TFloat32>> values = new ArrayList<>();
              for (int i = 0; i < lowest.length; i++) {
                values.add(
                    new ConsistencyFunction(
                            network,
                            known.process(),
                            lowest[i],
                            SIGMA_DATA,
                            TFloat32.class,
                            Execution.PLAIN)
                        .apply(
                            tf,
                            weights,
                            in.get(2 * i + 1),
                            in.get(2 * i),
                            Labels.none(),
                            Dropout.none()));
              }
              return values;
            });
    for (int i = 0; i < lowest.length; i++) {
      assertArrayEquals(inputs.get(2 * i + 1).values(), results.get(i), "sigma_min " + lowest[i]);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void pointAndStartAreTheirFormulas(Known known) {
    List<float[]> results =
        unitResponses(
            known,
            (tf, x, z, fresh, sigma) ->
                List.of(
                    known.process().point(tf, x, z, sigma), known.process().start(tf, z, sigma)));
    for (int i = 0; i < known.levels().size(); i++) {
      double sigma = known.levels().get(i);
      assertResponse(results.get(0), i, known.data(sigma), known.noise(sigma), 0);
      assertResponse(results.get(1), i, 0, known.noise(sigma), 0);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void aRenoisedPointAtSigmaMinHasThePartsOfItsLevel(Known known) {
    double lowest = known.sigmaMin();
    float[] renoised =
        unitResponses(
                known,
                (tf, x, z, fresh, sigma) ->
                    List.of(
                        known
                            .process()
                            .renoise(
                                tf,
                                known
                                    .process()
                                    .point(
                                        tf,
                                        x,
                                        z,
                                        tf.fill(tf.shape(sigma), tf.constant((float) lowest))),
                                fresh,
                                sigma,
                                lowest)))
            .get(0);
    for (int i = 0; i < known.levels().size(); i++) {
      double sigma = known.levels().get(i);
      double left = known.data(sigma) / known.data(lowest) * known.noise(lowest);
      double added = Math.sqrt(Math.pow(known.noise(sigma), 2) - left * left);
      assertResponse(renoised, i, known.data(sigma), left, added);
    }
  }

  @ParameterizedTest
  @MethodSource("plainAndCompiled")
  void renoisingAtSigmaMinAddsNothing(Known known, boolean compiled) {
    Random random = new Random(2);
    for (double lowest : new double[] {known.sigmaMin(), 0.0123, 0.7}) {
      float[] sigma = new float[9];
      Arrays.fill(sigma, (float) lowest);
      Evaluation.Input x = new Evaluation.Input(Shape.of(9, 2), values(random, 18, 1));
      Evaluation.Input z = new Evaluation.Input(Shape.of(9, 2), values(random, 18, 1));
      float[] renoised =
          Evaluation.of(
                  compiled,
                  List.of(x, z, new Evaluation.Input(Shape.of(9), sigma)),
                  (tf, in) ->
                      List.of(known.process().renoise(tf, in.get(0), in.get(1), in.get(2), lowest)))
              .get(0);
      assertArrayEquals(x.values(), renoised);
    }
  }

  @Test
  void theBridgesPointsAreThoseOfEdmOverOnePlusSigma() {
    Known known = EDMS_RATIO;
    List<float[]> results =
        unitResponses(
            known,
            (tf, x, z, fresh, sigma) ->
                List.of(
                    known.process().point(tf, x, z, sigma),
                    new VarianceExploding().point(tf, x, z, sigma)));
    for (int i = 0; i < results.get(0).length; i++) {
      double sigma = known.levels().get(i / 3);
      assertEquals(results.get(1)[i] / (1 + sigma), results.get(0)[i], 1e-7);
    }
  }

  /**
   * EDM's demands on the scaling, for data of variance sigma_data^2: input and target of F have
   * unit variance, and skip leaves F the least to do. The boundary moves them by little.
   */
  @ParameterizedTest
  @MethodSource("all")
  void inputAndTargetOfTheNetworkHaveUnitVariance(Known known) {
    List<float[]> scaling =
        Evaluation.of(
            false,
            List.of(known.input()),
            (tf, in) -> {
              var ofNoBoundary = known.process().preconditioning(tf, in.get(0), 0, SIGMA_DATA);
              var moved =
                  known.process().preconditioning(tf, in.get(0), known.sigmaMin(), SIGMA_DATA);
              return List.of(
                  ofNoBoundary.cSkip(),
                  ofNoBoundary.cOut(),
                  ofNoBoundary.cIn(),
                  moved.cSkip(),
                  moved.cOut(),
                  moved.cIn());
            });
    for (int i = 0; i < known.levels().size(); i++) {
      double data = known.data(known.levels().get(i)) * SIGMA_DATA;
      double noise = known.noise(known.levels().get(i));
      double variance = data * data + noise * noise;
      double skip = scaling.get(0)[i];
      double target = Math.hypot(SIGMA_DATA - skip * data, skip * noise);
      assertEquals(1, variance * Math.pow(scaling.get(2)[i], 2), 1e-5);
      assertEquals(scaling.get(1)[i], target, 1e-5 * target);
      assertEquals(data * SIGMA_DATA / variance, skip, 1e-5);
      // At sigma_min itself the boundary holds; a tenfold of it is hardly moved.
      if (known.levels().get(i) >= 0.3) {
        for (int part = 0; part < 3; part++) {
          assertEquals(scaling.get(part)[i], scaling.get(part + 3)[i], 0.01);
        }
      }
    }
  }

  private interface Body {
    List<Operand<TFloat32>> of(
        Ops tf,
        Operand<TFloat32> x,
        Operand<TFloat32> z,
        Operand<TFloat32> fresh,
        Operand<TFloat32> sigma);
  }

  // What comes of (x, z, fresh) = (1, 0, 0), (0, 1, 0) and (0, 0, 1) at each level: [levels, 3].
  private static List<float[]> unitResponses(Known known, Body body) {
    int count = known.levels().size();
    List<Evaluation.Input> inputs = new ArrayList<>();
    for (int part = 0; part < 3; part++) {
      float[] unit = new float[3 * count];
      for (int i = 0; i < count; i++) {
        unit[3 * i + part] = 1;
      }
      inputs.add(new Evaluation.Input(Shape.of(count, 3), unit));
    }
    inputs.add(known.input());
    return Evaluation.of(
        false, inputs, (tf, in) -> body.of(tf, in.get(0), in.get(1), in.get(2), in.get(3)));
  }

  private static void assertResponse(float[] responses, int level, double... expected) {
    for (int part = 0; part < 3; part++) {
      assertEquals(expected[part], responses[3 * level + part], 1e-6 * (1 + expected[part]));
    }
  }

  private static float[] values(Random random, int count, double scale) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (scale * random.nextGaussian());
    }
    return values;
  }
}
