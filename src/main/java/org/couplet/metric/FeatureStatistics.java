package org.couplet.metric;

/**
 * Mean and covariance of features in one pass, in double precision. Memory depends on the number of
 * features alone. Rows are gathered to blocks, each centred on its own mean, and blocks are merged
 * by the formula of Chan, Golub &amp; LeVeque (1979): nothing is lost when the means are large. How
 * the rows are divided into batches makes no difference.
 */
public final class FeatureStatistics {
  private static final int BLOCK_ROWS = 1024;

  private final int dimension;
  // Rows not yet taken into account: a matrix product pays only with many.
  private final double[] block;
  private int waiting;
  private final double[] mean;
  // Sum over rows of (row - mean)' (row - mean), its upper triangle.
  private final double[] scatter;
  private long count;

  /**
   * What statistics of some rows are made of.
   *
   * @param count number of rows
   * @param mean [dimension]
   * @param scatter [dimension, dimension], row-major: the sum over rows of (row - mean)' (row -
   *     mean), its upper triangle; 0 below
   */
  @SuppressWarnings("ArrayRecordComponent") // made once and only read
  public record Moments(long count, double[] mean, double[] scatter) {}

  /**
   * Statistics of no rows yet.
   *
   * @param dimension number of features, at least 1
   */
  public FeatureStatistics(int dimension) {
    this.dimension = dimension;
    this.block = new double[Math.multiplyExact(BLOCK_ROWS, dimension)];
    this.mean = new double[dimension];
    this.scatter = new double[Math.multiplyExact(dimension, dimension)];
  }

  /** Number of rows so far. */
  public long count() {
    return count + waiting;
  }

  /**
   * Adds rows.
   *
   * @param features [n, dimension], row-major, finite
   * @throws ArithmeticException if one is not finite
   */
  public void add(float[] features) {
    int rows = new FeatureRows(features, dimension).count();
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < dimension; i++) {
        block[waiting * dimension + i] = features[row * dimension + i];
      }
      waiting++;
      if (waiting == BLOCK_ROWS) {
        takeBlock();
      }
    }
  }

  /** The rows so far. */
  public Moments moments() {
    takeBlock();
    return new Moments(count, mean.clone(), scatter.clone());
  }

  /** Adds rows, at least one, of which the moments are known. */
  public void merge(Moments other) {
    if (other.mean.length != dimension || other.scatter.length != scatter.length) {
      throw new IllegalArgumentException(
          other.mean.length + " features do not go with " + dimension);
    }
    takeBlock();
    for (int i = 0; i < scatter.length; i++) {
      scatter[i] += other.scatter[i];
    }
    join(other.mean, other.count);
  }

  /** Adds the rows that {@code other} has seen. */
  public void merge(FeatureStatistics other) {
    merge(other.moments());
  }

  /**
   * The normal distribution with the rows' mean and unbiased covariance.
   *
   * @throws IllegalStateException if there are fewer than 2 rows
   */
  public GaussianFit fit() {
    if (count() < 2) {
      throw new IllegalStateException("a covariance needs at least 2 rows, not " + count());
    }
    takeBlock();
    double[] covariance = new double[scatter.length];
    for (int i = 0; i < dimension; i++) {
      for (int j = i; j < dimension; j++) {
        double value = scatter[i * dimension + j] / (count - 1);
        covariance[i * dimension + j] = value;
        covariance[j * dimension + i] = value;
      }
    }
    return new GaussianFit(count, mean.clone(), covariance);
  }

  private void takeBlock() {
    if (waiting == 0) {
      return;
    }
    int length = waiting * dimension;
    double[] blockMean = new double[dimension];
    for (int i = 0; i < length; i++) {
      blockMean[i % dimension] += block[i] / waiting;
    }
    for (int i = 0; i < length; i++) {
      block[i] -= blockMean[i % dimension];
    }
    LinearAlgebra.addSelfProduct(true, block, dimension, waiting, scatter);
    join(blockMean, waiting);
    waiting = 0;
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
      for (int j = i; j < dimension; j++) {
        scatter[i * dimension + j] += weight * apart[i] * apart[j];
      }
    }
    count = total;
  }
}
