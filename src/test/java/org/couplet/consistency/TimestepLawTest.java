package org.couplet.consistency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.couplet.Npz;
import org.couplet.graph.Evaluation;
import org.couplet.graph.Randomness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.types.TFloat32;

class TimestepLawTest {
  private static final int DRAWS = 20_000;
  private static final Map<String, Npz.Array> REFERENCE = Npz.read("reference/schedules.npz");

  @ParameterizedTest
  @ValueSource(ints = {11, 1281})
  void lognormalProbabilitiesMatchReference(int levels) {
    double[] sigmas = sigmas(levels);
    double[] expected = Npz.get(REFERENCE, "timestep_pmf/n" + levels + "_mean-1.1_std2").doubles();
    float[] cumulative =
        Evaluation.of(
                false,
                List.of(),
                (tf, in) -> {
                  var masses = new LognormalLaw(-1.1, 2).cumulative(tf, tf.constant(sigmas));
                  var total = tf.gather(masses, tf.constant(levels - 2), tf.constant(0));
                  return List.of(tf.dtypes.cast(tf.math.div(masses, total), TFloat32.class));
                })
            .get(0);
    double sum = 0;
    for (int i = 0; i < expected.length; i++) {
      sum += expected[i];
      assertEquals(sum, cumulative[i], 1e-6);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void drawsFollowTheProbabilities(boolean compiled) {
    double[] expected = Npz.get(REFERENCE, "timestep_pmf/n11_mean-1.1_std2").doubles();
    double[] counted = frequencies(compiled, new LognormalLaw(-1.1, 2), sigmas(11), 11);
    assertClose(expected, counted);
  }

  @Test
  void paddingIsNeverDrawn() {
    double[] padded = Arrays.copyOf(sigmas(11), 40);
    Arrays.fill(padded, 11, 40, 80.0);
    double[] expected = Npz.get(REFERENCE, "timestep_pmf/n11_mean-1.1_std2").doubles();
    assertClose(expected, frequencies(true, new LognormalLaw(-1.1, 2), padded, 11));
    double[] uniform = new double[10];
    Arrays.fill(uniform, 0.1);
    assertClose(uniform, frequencies(true, new UniformLaw(), padded, 11));
  }

  @Test
  void weightsMatchReference() {
    double[] sigmas = sigmas(1281);
    double[] expected = Npz.get(REFERENCE, "loss_weight/n1281").doubles();
    float[] weights =
        Evaluation.of(
                false,
                List.of(),
                (tf, in) ->
                    List.of(
                        new InverseGapWeighting()
                            .weight(
                                tf,
                                tf.constant(Arrays.copyOf(sigmas, 1280)),
                                tf.constant(Arrays.copyOfRange(sigmas, 1, 1281)))))
            .get(0);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(1, weights[i] / expected[i], 1e-6);
    }
  }

  @Test
  void theSignalToNoiseWeightIsThatOfTheHigherLevel() {
    double[] high = {0.004, 0.5, 80};
    float[] weights =
        Evaluation.of(
                false,
                List.of(),
                (tf, in) ->
                    List.of(
                        new SignalToNoiseWeighting(0.5)
                            .weight(
                                tf, tf.constant(new double[] {0.002, 0.4, 50}), tf.constant(high))))
            .get(0);
    for (int i = 0; i < high.length; i++) {
      assertEquals(1, weights[i] / (1 / (high[i] * high[i]) + 4), 1e-6);
    }
  }

  // Five standard errors of each frequency.
  private static void assertClose(double[] expected, double[] counted) {
    for (int i = 0; i < counted.length; i++) {
      double probability = i < expected.length ? expected[i] : 0;
      double error = 5 * Math.sqrt(probability * (1 - probability) / DRAWS);
      assertTrue(
          Math.abs(probability - counted[i]) <= error, i + ": " + counted[i] + " " + probability);
    }
  }

  private static double[] frequencies(
      boolean compiled, TimestepLaw law, double[] sigmas, int levels) {
    float[] draws =
        Evaluation.of(
                compiled,
                List.of(),
                (tf, in) ->
                    List.of(
                        tf.dtypes.cast(
                            law.draw(
                                tf,
                                tf.constant(sigmas),
                                tf.constant(levels),
                                new Randomness(tf.constant(3L), tf.constant(4L)),
                                DRAWS),
                            TFloat32.class)))
            .get(0);
    double[] frequencies = new double[sigmas.length];
    for (float draw : draws) {
      frequencies[(int) draw] += 1.0 / DRAWS;
    }
    return frequencies;
  }

  private static double[] sigmas(int levels) {
    return Npz.get(REFERENCE, "karras_sigmas/n" + levels + "_min0.002_max80_rho7").doubles();
  }
}
