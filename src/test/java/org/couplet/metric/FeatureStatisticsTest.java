package org.couplet.metric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FeatureStatisticsTest {
  private static final int DIMENSION = 5;

  // Rows whose features go together, around a mean.
  private static float[] rows(int count, double mean) {
    Random random = new Random(3);
    float[] rows = new float[count * DIMENSION];
    for (int row = 0; row < count; row++) {
      double common = random.nextGaussian();
      for (int i = 0; i < DIMENSION; i++) {
        rows[row * DIMENSION + i] = (float) (mean + i * common + random.nextGaussian());
      }
    }
    return rows;
  }

  private static FeatureStatistics of(float[] rows) {
    FeatureStatistics statistics = new FeatureStatistics(DIMENSION);
    statistics.add(rows);
    return statistics;
  }

  // The definition, in two passes.
  private static GaussianFit expected(float[] rows) {
    int count = rows.length / DIMENSION;
    double[] mean = new double[DIMENSION];
    for (int i = 0; i < rows.length; i++) {
      mean[i % DIMENSION] += rows[i] / (double) count;
    }
    double[] covariance = new double[DIMENSION * DIMENSION];
    for (int row = 0; row < count; row++) {
      for (int i = 0; i < DIMENSION; i++) {
        for (int j = 0; j < DIMENSION; j++) {
          covariance[i * DIMENSION + j] +=
              (rows[row * DIMENSION + i] - mean[i])
                  * (rows[row * DIMENSION + j] - mean[j])
                  / (count - 1);
        }
      }
    }
    return new GaussianFit(count, mean, covariance);
  }

  private static void assertSame(GaussianFit expected, GaussianFit fit, double tolerance) {
    assertEquals(expected.count(), fit.count());
    assertArrayEquals(expected.mean(), fit.mean(), tolerance * (1 + Math.abs(fit.mean()[0])));
    assertArrayEquals(expected.covariance(), fit.covariance(), tolerance);
  }

  @Test
  void areMeanAndUnbiasedCovariance() {
    // More rows than a block has.
    float[] rows = rows(2500, 3);
    assertSame(expected(rows), of(rows).fit(), 1e-11);
  }

  @Test
  void doNotDependOnBatches() {
    float[] rows = rows(100, 3);
    FeatureStatistics statistics = new FeatureStatistics(DIMENSION);
    int first = 0;
    for (int size : new int[] {1, 0, 30, 2, 67}) {
      statistics.add(Arrays.copyOfRange(rows, first * DIMENSION, (first + size) * DIMENSION));
      first += size;
    }
    assertEquals(100, statistics.count());
    GaussianFit fit = statistics.fit();
    assertSame(expected(rows), fit, 1e-12);
    assertArrayEquals(of(rows).fit().covariance(), fit.covariance());
  }

  @Test
  void goOnAfterAFit() {
    float[] rows = rows(100, 3);
    FeatureStatistics statistics = of(Arrays.copyOf(rows, 30 * DIMENSION));
    assertEquals(30, statistics.fit().count());
    statistics.add(Arrays.copyOfRange(rows, 30 * DIMENSION, rows.length));
    assertSame(expected(rows), statistics.fit(), 1e-12);
  }

  @Test
  void ofTwoPartsMerge() {
    float[] rows = rows(100, 3);
    FeatureStatistics merged = of(Arrays.copyOfRange(rows, 0, 30 * DIMENSION));
    merged.merge(of(Arrays.copyOfRange(rows, 30 * DIMENSION, rows.length)));
    merged.merge(new FeatureStatistics(DIMENSION));
    assertSame(expected(rows), merged.fit(), 1e-12);
    FeatureStatistics empty = new FeatureStatistics(DIMENSION);
    empty.merge(merged);
    assertSame(expected(rows), empty.fit(), 1e-12);
  }

  @Test
  void keepTheirDigitsFarFromZero() {
    // The features are stored to 1/16 there; sums of squares would leave less than 3 digits.
    float[] rows = rows(3000, 1e6);
    assertSame(expected(rows), of(rows).fit(), 1e-9);
  }

  @Test
  void ofFewerThanTwoRowsAreRefused() {
    assertThrows(IllegalStateException.class, () -> of(new float[DIMENSION]).fit());
  }

  @Test
  void refuseWhatDoesNotFit() {
    assertThrows(IllegalArgumentException.class, () -> of(new float[DIMENSION + 1]));
    assertThrows(
        IllegalArgumentException.class,
        () -> of(new float[DIMENSION]).merge(new FeatureStatistics(DIMENSION + 1)));
  }

  @Test
  void refuseFeaturesThatAreNotFinite() {
    float[] rows = rows(10, 0);
    rows[7] = Float.NaN;
    assertThrows(ArithmeticException.class, () -> of(rows));
  }
}
