package org.couplet.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.couplet.Npz;
import org.junit.jupiter.api.Test;

class FrechetDistanceTest {
  private static final Map<String, Npz.Array> REFERENCE = Npz.read("reference/metrics.npz");

  private static GaussianFit fit(String name) {
    Npz.Array features = Npz.get(REFERENCE, name);
    FeatureStatistics statistics = new FeatureStatistics(features.shape()[1]);
    statistics.add(features.floats());
    return statistics.fit();
  }

  private static double reference(String name) {
    return Npz.get(REFERENCE, name).doubles()[0];
  }

  private static GaussianFit diagonal(double[] mean, double... variances) {
    double[] covariance = new double[mean.length * mean.length];
    for (int i = 0; i < mean.length; i++) {
      covariance[i * mean.length + i] = variances[i];
    }
    return new GaussianFit(100, mean, covariance);
  }

  @Test
  void agreesWithTheReference() {
    double expected = reference("frechet_a_b");
    double distance = FrechetDistance.between(fit("feats_a"), fit("feats_b"));
    assertEquals(expected, distance, 1e-6 * expected);
  }

  @Test
  void agreesWithTheReferenceWhereCovariancesAreSingular() {
    double expected = reference("frechet_rank_deficient");
    double distance = FrechetDistance.between(fit("rank_deficient_a"), fit("rank_deficient_b"));
    assertEquals(expected, distance, 1e-6 * expected);
  }

  @Test
  void isZeroWithItself() {
    for (String name : new String[] {"feats_a", "rank_deficient_a"}) {
      GaussianFit fit = fit(name);
      double trace = 0;
      for (int i = 0; i < fit.dimension(); i++) {
        trace += fit.covariance()[i * fit.dimension() + i];
      }
      assertEquals(0, FrechetDistance.between(fit, fit), 1e-7 * trace, name);
    }
  }

  @Test
  void isTheSameBothWays() {
    for (String name : new String[] {"feats_", "rank_deficient_"}) {
      double there = FrechetDistance.between(fit(name + "a"), fit(name + "b"));
      double back = FrechetDistance.between(fit(name + "b"), fit(name + "a"));
      assertEquals(there, back, 1e-7 * there, name);
    }
  }

  @Test
  void ofDiagonalCovariancesComparesStandardDeviations() {
    GaussianFit first = diagonal(new double[] {1, 2, 3}, 4, 9, 0);
    GaussianFit second = diagonal(new double[] {1, 0, 4}, 1, 25, 16);
    // Means: 0 + 4 + 1; deviations: (2 - 1)^2 + (3 - 5)^2 + (0 - 4)^2.
    assertEquals(26, FrechetDistance.between(first, second), 1e-12);
  }

  @Test
  void ofCommutingCovariancesComparesTheirRoots() {
    GaussianFit fit = fit("feats_a");
    double[] fourfold = fit.covariance().clone();
    double trace = 0;
    for (int i = 0; i < fourfold.length; i++) {
      trace += i % (fit.dimension() + 1) == 0 ? fourfold[i] : 0;
      fourfold[i] *= 4;
    }
    // tr(S + 4 S - 2 (2 S)) = tr S
    GaussianFit wider = new GaussianFit(fit.count(), fit.mean(), fourfold);
    assertEquals(trace, FrechetDistance.between(fit, wider), 1e-10 * trace);
  }

  @Test
  void refusesFeaturesOfAnotherLength() {
    GaussianFit two = diagonal(new double[2], 1, 1);
    GaussianFit three = diagonal(new double[3], 1, 1, 1);
    assertThrows(IllegalArgumentException.class, () -> FrechetDistance.between(two, three));
    assertThrows(
        IllegalArgumentException.class, () -> new GaussianFit(5, new double[2], new double[3]));
  }

  @Test
  void refusesWhatIsNotANumber() {
    GaussianFit fine = diagonal(new double[2], 1, 1);
    GaussianFit broken = diagonal(new double[2], 1, Double.NaN);
    assertThrows(ArithmeticException.class, () -> FrechetDistance.between(fine, broken));
    assertThrows(ArithmeticException.class, () -> FrechetDistance.between(broken, fine));
  }
}
