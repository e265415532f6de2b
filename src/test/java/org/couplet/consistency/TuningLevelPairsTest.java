package org.couplet.consistency;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.couplet.graph.Evaluation;
import org.couplet.graph.Randomness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TuningLevelPairsTest {
  private static final int DRAWS = 20_000;
  private static final double MEAN = -0.8;
  private static final double STD = 1.6;
  private static final double SIGMA_MIN = 0.01;
  private static final double SIGMA_MAX = 20;
  private static final double K = 8;
  private static final double B = 1.5;

  @ParameterizedTest
  @CsvSource({"false, 1", "false, 0.5", "false, 0.03125", "true, 0.03125"})
  void theLowerLevelFollowsFromTheHigher(boolean compiled, double gap) {
    List<float[]> levels = draw(compiled, gap);
    for (int i = 0; i < DRAWS; i++) {
      double high = levels.get(1)[i];
      double n = 1 + K / (1 + Math.exp(B * high));
      double low = Math.max(SIGMA_MIN, high * (1 - gap * n));
      assertEquals(low, levels.get(0)[i], 1e-6 * high);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 0.25, 0.00390625})
  void levelsAreDistinctAndInTheRange(double gap) {
    List<float[]> levels = draw(false, gap);
    for (int i = 0; i < DRAWS; i++) {
      float low = levels.get(0)[i];
      float high = levels.get(1)[i];
      assertTrue((float) SIGMA_MIN <= low && low < high && high <= (float) SIGMA_MAX);
    }
  }

  @Test
  void theWholeGapLeadsToSigmaMin() {
    float[] lowest = new float[DRAWS];
    Arrays.fill(lowest, (float) SIGMA_MIN);
    assertArrayEquals(lowest, draw(false, 1).get(0));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theHigherLevelFollowsTheCutLognormalLaw(boolean compiled) {
    float[] drawn = draw(compiled, 0.5).get(1);
    Arrays.sort(drawn);
    double below = normalMass(SIGMA_MIN);
    double whole = normalMass(SIGMA_MAX) - below;
    double distance = 0;
    for (int i = 0; i < DRAWS; i++) {
      double mass = (normalMass(drawn[i]) - below) / whole;
      distance = Math.max(distance, Math.max(mass - (double) i / DRAWS, (i + 1.0) / DRAWS - mass));
    }
    // Kolmogorov's law: one draw in a thousand is farther away.
    assertTrue(distance < 1.95 / Math.sqrt(DRAWS), "distance " + distance);
  }

  @Test
  void compiledLevelsEqualPlainOnes() {
    List<float[]> plain = draw(false, 0.25);
    List<float[]> compiled = draw(true, 0.25);
    for (int part = 0; part < 2; part++) {
      for (int i = 0; i < DRAWS; i++) {
        assertEquals(1, plain.get(part)[i] / compiled.get(part)[i], 1e-6);
      }
    }
  }

  // Low and high.
  private static List<float[]> draw(boolean compiled, double gap) {
    return Evaluation.of(
        compiled,
        List.of(),
        (tf, in) -> {
          Levels levels =
              new TuningLevelPairs(new LognormalLaw(MEAN, STD), SIGMA_MIN, SIGMA_MAX, K, B)
                  .draw(
                      tf,
                      new ScheduledOperands(
                          tf.constant(new double[] {1, 2}),
                          tf.constant(2),
                          tf.constant(0f),
                          tf.constant((float) gap)),
                      new Randomness(tf.constant(8L), tf.constant(9L)),
                      DRAWS);
          return List.of(levels.lowFloat(tf), levels.highFloat(tf));
        });
  }

  // Mass of the uncut law below sigma; Simpson's rule from where nothing is left.
  private static double normalMass(double sigma) {
    double end = (Math.log(sigma) - MEAN) / STD;
    int intervals = 200;
    double step = (end + 9) / intervals;
    double sum = 0;
    for (int i = 0; i <= intervals; i++) {
      double factor = i == 0 || i == intervals ? 1 : i % 2 == 1 ? 4 : 2;
      double x = -9 + i * step;
      sum += factor * Math.exp(-x * x / 2);
    }
    return sum * step / 3 / Math.sqrt(2 * Math.PI);
  }
}
