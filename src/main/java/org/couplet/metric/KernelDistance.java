package org.couplet.metric;

import java.util.Arrays;
import org.couplet.data.KeyedRandom;

/**
 * The kernel distance KID (Binkowski et al. 2018): the squared maximum mean discrepancy of two sets
 * of features under the kernel (x.y / dimension + 1)^3, estimated without bias (Gretton et al.
 * 2012, equation 3) on random subsets of both.
 *
 * @param mean over the subsets; its expectation is 0 for two sets of the same law, so that it can
 *     be below 0
 * @param standardError of the mean, as if the subsets were independent; NaN if there is only one
 * @param subsets how many; 1 if each would be the whole of both sets
 * @param subsetSize rows that a subset takes from each set
 */
public record KernelDistance(double mean, double standardError, int subsets, int subsetSize) {
  private static final int SUBSETS = 100;
  private static final int SUBSET_SIZE = 1000;

  /**
   * The distance by 100 subsets of 1000 rows, or as many as the smaller set has.
   *
   * @param first [n, dimension], at least 2 rows
   * @param second [m, dimension], at least 2 rows
   * @param seed of the subsets; the same seed and rows give the same result
   */
  public static KernelDistance between(FeatureRows first, FeatureRows second, long seed) {
    int size = Math.min(SUBSET_SIZE, Math.min(first.count(), second.count()));
    return between(first, second, SUBSETS, size, seed);
  }

  /**
   * The distance. The rows of a subset are all different.
   *
   * @param subsets at least 1
   * @param subsetSize from 2 to the rows of the smaller set
   */
  public static KernelDistance between(
      FeatureRows first, FeatureRows second, int subsets, int subsetSize, long seed) {
    first.requireLike(second);
    int fewer = Math.min(first.count(), second.count());
    if (subsets < 1 || subsetSize < 2 || subsetSize > fewer) {
      throw new IllegalArgumentException(
          "can't draw %d subsets of %d rows from %d and %d rows (a subset needs at least 2)"
              .formatted(subsets, subsetSize, first.count(), second.count()));
    }
    boolean whole = subsetSize == first.count() && subsetSize == second.count();
    double[] values = new double[whole ? 1 : subsets];
    for (int i = 0; i < values.length; i++) {
      KeyedRandom random = new KeyedRandom(seed, i);
      double[] ofFirst = first.doubles(first.choose(subsetSize, random));
      double[] ofSecond = second.doubles(second.choose(subsetSize, random));
      values[i] = unbiased(ofFirst, ofSecond, first.dimension());
    }
    double mean = Arrays.stream(values).average().orElseThrow();
    double squares = Arrays.stream(values).map(value -> Math.pow(value - mean, 2)).sum();
    double variance = squares / (values.length - 1);
    return new KernelDistance(mean, Math.sqrt(variance / values.length), values.length, subsetSize);
  }

  /**
   * The estimate from all rows of two sets.
   *
   * @param first [n, dimension], n at least 2
   * @param second [m, dimension], m at least 2
   */
  static double unbiased(double[] first, double[] second, int dimension) {
    return within(first, dimension)
        + within(second, dimension)
        - 2 * across(first, second, dimension);
  }

  // Mean kernel of the pairs of different rows.
  private static double within(double[] rows, int dimension) {
    int count = rows.length / dimension;
    double[] products = new double[Math.multiplyExact(count, count)];
    LinearAlgebra.addSelfProduct(false, rows, count, dimension, products);
    double sum = 0;
    for (int i = 0; i < count; i++) {
      for (int j = i + 1; j < count; j++) {
        sum += kernel(products[i * count + j], dimension);
      }
    }
    return 2 * sum / ((double) count * (count - 1));
  }

  private static double across(double[] first, double[] second, int dimension) {
    int rows = first.length / dimension;
    int columns = second.length / dimension;
    double[] products = new double[Math.multiplyExact(rows, columns)];
    LinearAlgebra.addProduct(false, first, true, second, rows, dimension, columns, products);
    return Arrays.stream(products).map(product -> kernel(product, dimension)).sum()
        / products.length;
  }

  private static double kernel(double product, int dimension) {
    double base = product / dimension + 1;
    return base * base * base;
  }
}
