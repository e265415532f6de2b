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

  // Of two rows, whose covariance has rank 1: a a' with a = (x - y) / sqrt(2).
  private static GaussianFit ofTwo(float[] x, float[] y) {
    FeatureStatistics statistics = new FeatureStatistics(x.length);
    statistics.add(x);
    statistics.add(y);
    return statistics.fit();
  }

  @Test
  void ofCovariancesOfRankOneIsKnown() {
    int size = 20;
    float[] origin = new float[size];
    float[] a = new float[size];
    float[] b = new float[size];
    double squares = 0;
    double product = 0;
    for (int i = 0; i < size; i++) {
      a[i] = i % 3 - 1;
      b[i] = i % 5;
      squares += (a[i] * a[i] + b[i] * b[i]) / 2;
      product += a[i] * b[i] / 2;
    }
    double apart = 0;
    for (int i = 0; i < size; i++) {
      apart += Math.pow((a[i] - b[i]) / 2, 2);
    }
    // tr (a a' b b')^(1/2) = |a.b|
    double expected = apart + squares - 2 * Math.abs(product);
    double distance = FrechetDistance.between(ofTwo(origin, a), ofTwo(origin, b));
    assertEquals(expected, distance, 1e-6 * expected);
  }

  @Test
  void ofDisjointCovariancesIsTheSumOfTheirTraces() {
    GaussianFit first = diagonal(new double[4], 3, 2, 0, 0);
    GaussianFit second = diagonal(new double[4], 0, 0, 5, 7);
    assertEquals(17, FrechetDistance.between(first, second), 1e-12);
  }

  @Test
  void servesManyFitsFromOneReference() {
    FrechetDistance toA = FrechetDistance.to(fit("feats_a"));
    for (String name : new String[] {"feats_b", "rank_deficient_a", "feats_b"}) {
      GaussianFit other = fit(name);
      assertEquals(FrechetDistance.between(fit("feats_a"), other), toA.from(other), name);
    }
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
    for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      GaussianFit broken = diagonal(new double[2], 1, value);
      assertThrows(ArithmeticException.class, () -> FrechetDistance.between(fine, broken));
      assertThrows(ArithmeticException.class, () -> FrechetDistance.between(broken, fine));
    }
  }
}
