package org.couplet.metric;

/**
 * Mean and covariance of features in one pass, in double precision. Memory depends on the number of
 * features alone. Rows come in blocks, each centred on its own mean, and blocks are merged by the
 * formula of Chan, Golub &amp; LeVeque (1979): nothing is lost when the means are large.
 */
public final class FeatureStatistics {
  private static final int BLOCK_ROWS = 1024;

  private final int dimension;
  private final double[] mean;
  // Sum over rows of (row - mean)' (row - mean).
  private final double[] scatter;
  private long count;

  /**
   * Statistics of no rows yet.
   *
   * @param dimension number of features, at least 1
   */
  public FeatureStatistics(int dimension) {
    this.dimension = dimension;
    this.mean = new double[dimension];
    this.scatter = new double[Math.multiplyExact(dimension, dimension)];
  }

  /** Number of rows so far. */
  public long count() {
    return count;
  }

  /**
   * Adds rows.
   *
   * @param features [n, dimension], row-major, finite
   * @throws ArithmeticException if one is not finite
   */
  public void add(float[] features) {
    if (features.length % dimension != 0) {
      throw new IllegalArgumentException(
          features.length + " values are no rows of " + dimension + " features");
    }
    int rows = features.length / dimension;
    for (int first = 0; first < rows; first += BLOCK_ROWS) {
      addBlock(features, first, Math.min(BLOCK_ROWS, rows - first));
    }
  }

  /** Adds the rows that {@code other} has seen. */
  public void merge(FeatureStatistics other) {
    if (other.dimension != dimension) {
      throw new IllegalArgumentException(other.dimension + " features do not go with " + dimension);
    }
    for (int i = 0; i < scatter.length; i++) {
      scatter[i] += other.scatter[i];
    }
    join(other.mean, other.count);
  }

  /**
   * The normal distribution with the rows' mean and unbiased covariance.
   *
   * @throws IllegalStateException if there are fewer than 2 rows
   */
  public GaussianFit fit() {
    if (count < 2) {
      throw new IllegalStateException("a covariance needs at least 2 rows, not " + count);
    }
    double[] covariance = new double[scatter.length];
    for (int i = 0; i < scatter.length; i++) {
      covariance[i] = scatter[i] / (count - 1);
    }
    return new GaussianFit(count, mean.clone(), covariance);
  }

  private void addBlock(float[] features, int first, int rows) {
    double[] block = new double[rows * dimension];
    double[] blockMean = new double[dimension];
    for (int i = 0; i < block.length; i++) {
      block[i] = features[first * dimension + i];
      blockMean[i % dimension] += block[i] / rows;
    }
    for (double value : blockMean) {
      if (!Double.isFinite(value)) {
        throw new ArithmeticException("a feature is not a finite number");
      }
    }
    for (int i = 0; i < block.length; i++) {
      block[i] -= blockMean[i % dimension];
    }
    LinearAlgebra.addProduct(true, block, false, block, dimension, rows, dimension, scatter);
    join(blockMean, rows);
  }

  // Takes over the mean of further rows, whose own scatter is already in the sum.
  private void join(double[] otherMean, long otherCount) {
    long total = count + otherCount;
    if (otherCount == 0) {
      return;
    }
    double[] apart = new double[dimension];
    for (int i = 0; i < dimension; i++) {
      apart[i] = otherMean[i] - mean[i];
      mean[i] += apart[i] * otherCount / total;
    }
    double weight = (double) count * otherCount / total;
    for (int i = 0; i < dimension; i++) {
      for (int j = 0; j < dimension; j++) {
        scatter[i * dimension + j] += weight * apart[i] * apart[j];
      }
    }
    count = total;
  }
}
