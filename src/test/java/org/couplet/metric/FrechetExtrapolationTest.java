package org.couplet.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class FrechetExtrapolationTest {
  private static final int DIMENSION = 32;
  private static final int COUNT = 4000;
  // To second order in the deviations of mean and covariance, the distance of n standard normal
  // rows to their law is ||m||^2 + ||S - I||^2 / 4. Its mean is BIAS / n, its deviation SPREAD / n.
  private static final double BIAS = DIMENSION * (DIMENSION + 5) / 4.0;
  private static final double SPREAD = Math.sqrt(DIMENSION * (DIMENSION + 9) / 4.0);

  private static FeatureRows normal(int count, double mean, long seed) {
    Random random = new Random(seed);
    float[] values = new float[count * DIMENSION];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (mean + random.nextGaussian());
    }
    return new FeatureRows(values, DIMENSION);
  }

  private static FrechetDistance standardNormal() {
    double[] covariance = new double[DIMENSION * DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      covariance[i * (DIMENSION + 1)] = 1;
    }
    return FrechetDistance.to(new GaussianFit(0, new double[DIMENSION], covariance));
  }

  private static double plain(FeatureRows rows) {
    FeatureStatistics statistics = new FeatureStatistics(DIMENSION);
    statistics.add(rows.values());
    return standardNormal().from(statistics.fit());
  }

  @Test
  void ofRowsOfTheReferencesLawIsFarNearerToZeroThanTheirDistance() {
    double sum = 0;
    int seeds = 4;
    for (int seed = 0; seed < seeds; seed++) {
      FeatureRows rows = normal(COUNT, 0, seed);
      double plain = plain(rows);
      assertEquals(BIAS / COUNT, plain, 4 * SPREAD / COUNT);
      FrechetExtrapolation extrapolation = FrechetExtrapolation.fit(rows, standardNormal(), 9);
      assertTrue(Math.abs(extrapolation.limit()) < plain / 2, plain + ": " + extrapolation);
      assertEquals(BIAS, extrapolation.slope(), BIAS / 2);
      assertEquals(COUNT / 2, extrapolation.smallest());
      sum += extrapolation.limit();
    }
    // The limit scatters as the distance does and a little more, by the choice of the subsets.
    assertEquals(0, sum / seeds, 6 * SPREAD / COUNT / Math.sqrt(seeds));
  }

  @Test
  void findsTheDistanceThatIsThere() {
    // The laws' means are 0.5 apart in each feature.
    double truth = DIMENSION * 0.25;
    FeatureRows rows = normal(COUNT, 0.5, 1);
    double limit = FrechetExtrapolation.fit(rows, standardNormal(), 9).limit();
    // ||m||^2 has the deviation 2 ||m|| / sqrt(n).
    assertEquals(truth, limit, 4 * 2 * Math.sqrt(truth / COUNT));
  }

  @Test
  void isAFunctionOfItsSeed() {
    FeatureRows rows = normal(300, 0, 1);
    FrechetExtrapolation extrapolation = FrechetExtrapolation.fit(rows, standardNormal(), 9);
    assertEquals(extrapolation, FrechetExtrapolation.fit(rows, standardNormal(), 9));
    assertNotEquals(extrapolation, FrechetExtrapolation.fit(rows, standardNormal(), 10));
  }

  @Test
  void startsFromFiveThousandRowsWhereThereAreEnough() {
    FrechetDistance reference =
        FrechetDistance.to(new GaussianFit(0, new double[1], new double[] {1}));
    FeatureRows rows = new FeatureRows(new float[12_000], 1);
    assertEquals(5000, FrechetExtrapolation.fit(rows, reference, 1).smallest());
  }

  @Test
  void refusesTooFewRows() {
    assertEquals(2, FrechetExtrapolation.fit(normal(4, 0, 1), standardNormal(), 1).smallest());
    assertThrows(
        IllegalArgumentException.class,
        () -> FrechetExtrapolation.fit(normal(3, 0, 1), standardNormal(), 1));
  }
}
