package org.couplet.metric;

import java.util.Arrays;
import org.couplet.data.KeyedRandom;

/**
 * The Frechet distance that infinitely many rows would have (Chong &amp; Forsyth 2020, "Effectively
 * unbiased FID"). A finite number n of rows makes it too large by about slope / n; a line through
 * the distances of random subsets of several sizes gives the slope and the value at 1 / n = 0.
 *
 * <p>As in the paper there are 15 sizes, evenly spaced from 5,000 rows to all, the subsets are
 * drawn separately for each size, and least squares give the line. Where there are fewer than
 * 10,000 rows, the smallest subset has half of them. It should have more rows than there are
 * features: with fewer the distance bends away from the line, and the limit comes out too small.
 * What the reference's own number of rows adds to the distance stays in the limit.
 *
 * @param limit at 1 / n = 0; it scatters around the truth, so that it can be below 0
 * @param slope of the line over 1 / n, in the distance's units
 * @param smallest number of rows of the smallest subset
 */
public record FrechetExtrapolation(double limit, double slope, int smallest) {
  private static final int POINTS = 15;
  private static final int SMALLEST = 5000;

  /**
   * Extrapolates.
   *
   * @param generated at least 4 rows
   * @param seed of the subsets; the same seed and rows give the same result
   */
  public static FrechetExtrapolation fit(
      FeatureRows generated, FrechetDistance reference, long seed) {
    int count = generated.count();
    if (count < 4) {
      throw new IllegalArgumentException("an extrapolation needs at least 4 rows, not " + count);
    }
    int smallest = Math.min(SMALLEST, count / 2);
    double[] inverses = new double[POINTS];
    double[] distances = new double[POINTS];
    for (int point = 0; point < POINTS; point++) {
      int size = smallest + (int) ((long) (count - smallest) * point / (POINTS - 1));
      FeatureStatistics statistics = new FeatureStatistics(generated.dimension());
      for (int row : generated.choose(size, new KeyedRandom(seed, point))) {
        statistics.add(generated.row(row));
      }
      inverses[point] = 1.0 / size;
      distances[point] = reference.from(statistics.fit());
    }
    return line(inverses, distances, smallest);
  }

  // Least squares.
  private static FrechetExtrapolation line(double[] x, double[] y, int smallest) {
    double meanX = Arrays.stream(x).average().orElseThrow();
    double meanY = Arrays.stream(y).average().orElseThrow();
    double together = 0;
    double alone = 0;
    for (int i = 0; i < x.length; i++) {
      together += (x[i] - meanX) * (y[i] - meanY);
      alone += (x[i] - meanX) * (x[i] - meanX);
    }
    double slope = together / alone;
    return new FrechetExtrapolation(meanY - slope * meanX, slope, smallest);
  }
}
