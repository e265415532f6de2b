package org.couplet.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Random;
import org.couplet.Npz;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("long")
class KernelDistanceTest {
  private static final Map<String, Npz.Array> REFERENCE = Npz.read("reference/metrics.npz");

  private static FeatureRows rows(int count, int dimension, double mean, long seed) {
    Random random = new Random(seed);
    float[] values = new float[count * dimension];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (mean + random.nextGaussian());
    }
    return new FeatureRows(values, dimension);
  }

  private static double kernel(float[] x, float[] y) {
    double product = 0;
    for (int i = 0; i < x.length; i++) {
      product += (double) x[i] * y[i];
    }
    return Math.pow(product / x.length + 1, 3);
  }

  // The definition, pair by pair.
  private static double expected(FeatureRows first, FeatureRows second) {
    return within(first) + within(second) - 2 * mean(first, second, false);
  }

  private static double within(FeatureRows rows) {
    return mean(rows, rows, true);
  }

  private static double mean(FeatureRows first, FeatureRows second, boolean different) {
    double sum = 0;
    int pairs = 0;
    for (int i = 0; i < first.count(); i++) {
      for (int j = 0; j < second.count(); j++) {
        if (!different || i != j) {
          sum += kernel(first.row(i), second.row(j));
          pairs++;
        }
      }
    }
    return sum / pairs;
  }

  @Test
  void agreesWithTheReference() {
    Npz.Array first = Npz.get(REFERENCE, "feats_a");
    Npz.Array second = Npz.get(REFERENCE, "feats_b");
    double expected = Npz.get(REFERENCE, "kid_poly3_unbiased_a_b").doubles()[0];
    double distance = KernelDistance.unbiased(first.doubles(), second.doubles(), first.shape()[1]);
    assertEquals(expected, distance, 1e-10 * expected);
  }

  @Test
  void ofWholeSetsIsTheMeanOverPairsAndTakesOneSubset() {
    FeatureRows first = rows(40, 7, 0, 1);
    FeatureRows second = rows(40, 7, 0.3, 2);
    KernelDistance distance = KernelDistance.between(first, second, 5);
    assertEquals(expected(first, second), distance.mean(), 1e-12);
    assertEquals(1, distance.subsets());
    assertEquals(40, distance.subsetSize());
    assertTrue(Double.isNaN(distance.standardError()));
  }

  @Test
  void ofSubsetsHasTheWholeSetsDistanceAsItsExpectation() {
    FeatureRows first = rows(60, 7, 0, 1);
    FeatureRows second = rows(50, 7, 0.3, 2);
    KernelDistance distance = KernelDistance.between(first, second, 1000, 15, 5);
    double whole = expected(first, second);
    assertEquals(whole, distance.mean(), 4 * distance.standardError());
    assertTrue(distance.standardError() < 0.1 * whole, distance + ", whole: " + whole);
  }

  @Test
  void hasTheStandardErrorOfItsSubsets() {
    FeatureRows first = rows(60, 7, 0, 1);
    FeatureRows second = rows(50, 7, 0.3, 2);
    double one = KernelDistance.between(first, second, 1, 15, 5).mean();
    KernelDistance both = KernelDistance.between(first, second, 2, 15, 5);
    double other = 2 * both.mean() - one;
    // Of two values, the standard deviation over the root of 2.
    assertEquals(Math.abs(one - other) / 2, both.standardError(), 1e-12);
  }

  @Test
  void isAFunctionOfItsSeed() {
    FeatureRows first = rows(60, 7, 0, 1);
    FeatureRows second = rows(50, 7, 0.3, 2);
    KernelDistance distance = KernelDistance.between(first, second, 5);
    assertEquals(100, distance.subsets());
    assertEquals(50, distance.subsetSize());
    assertEquals(distance, KernelDistance.between(first, second, 5));
    assertNotEquals(distance, KernelDistance.between(first, second, 6));
  }

  @Test
  void refusesWhatIsNotToBeHad() {
    FeatureRows rows = rows(5, 3, 0, 1);
    for (int size : new int[] {1, 6}) {
      assertThrows(
          IllegalArgumentException.class, () -> KernelDistance.between(rows, rows, 3, size, 1));
    }
    assertThrows(IllegalArgumentException.class, () -> KernelDistance.between(rows, rows, 0, 3, 1));
    assertThrows(
        IllegalArgumentException.class, () -> KernelDistance.between(rows, rows(5, 4, 0, 1), 1));
  }
}
