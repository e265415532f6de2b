package org.couplet.metric;

import java.util.Arrays;
import org.couplet.data.KeyedRandom;

/**
 * Features of some images.
 *
 * @param values [n, dimension], row-major, all finite
 * @param dimension number of features, at least 1
 */
@SuppressWarnings("ArrayRecordComponent") // made once and only read
public record FeatureRows(float[] values, int dimension) {
  /**
   * Validates the shape and that all values are finite.
   *
   * @throws IllegalArgumentException if the values do not fill whole rows
   * @throws ArithmeticException if one is not finite
   */
  public FeatureRows {
    if (dimension < 1 || values.length % dimension != 0) {
      throw new IllegalArgumentException(
          values.length + " values are not rows of " + dimension + " features");
    }
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new ArithmeticException("a feature is not a finite number");
      }
    }
  }

  /** Number of rows. */
  public int count() {
    return values.length / dimension;
  }

  /** Requires rows of the same length. */
  void requireLike(FeatureRows other) {
    if (other.dimension != dimension) {
      throw new IllegalArgumentException(other.dimension + " features do not go with " + dimension);
    }
  }

  /** One row. */
  float[] row(int index) {
    return Arrays.copyOfRange(values, index * dimension, (index + 1) * dimension);
  }

  /** Mean of the rows, [dimension]. */
  double[] mean() {
    double[] mean = new double[dimension];
    for (int row = 0; row < count(); row++) {
      for (int i = 0; i < dimension; i++) {
        mean[i] += (double) values[row * dimension + i] / count();
      }
    }
    return mean;
  }

  /**
   * Chooses different rows, each set of them as likely as another.
   *
   * @param size how many, at most {@link #count()}
   * @return their indices in random order
   */
  int[] choose(int size, KeyedRandom random) {
    int[] order = new int[count()];
    Arrays.setAll(order, i -> i);
    for (int i = 0; i < size; i++) {
      int other = i + random.nextInt(order.length - i);
      int chosen = order[other];
      order[other] = order[i];
      order[i] = chosen;
    }
    return Arrays.copyOf(order, size);
  }

  /** Some rows in double precision, [indices.length, dimension]. */
  double[] doubles(int[] indices) {
    double[] rows = new double[Math.multiplyExact(indices.length, dimension)];
    for (int row = 0; row < indices.length; row++) {
      for (int i = 0; i < dimension; i++) {
        rows[row * dimension + i] = values[indices[row] * dimension + i];
      }
    }
    return rows;
  }

  /** At most so many of the rows, chosen at random. */
  FeatureRows sample(int most, long seed) {
    if (count() <= most) {
      return this;
    }
    int[] chosen = choose(most, new KeyedRandom(seed, 0));
    float[] rows = new float[most * dimension];
    for (int i = 0; i < most; i++) {
      System.arraycopy(values, chosen[i] * dimension, rows, i * dimension, dimension);
    }
    return new FeatureRows(rows, dimension);
  }
}
