package org.couplet.metric;

/**
 * A normal distribution fitted to features.
 *
 * @param count number of rows it was fitted to; 0 if that is not known
 * @param mean [dimension]
 * @param covariance [dimension, dimension], row-major, symmetric, unbiased (divided by count - 1)
 */
@SuppressWarnings("ArrayRecordComponent") // made once and only read
public record GaussianFit(long count, double[] mean, double[] covariance) {
  /** Requires arrays of matching sizes. */
  public GaussianFit {
    if (covariance.length != mean.length * mean.length) {
      throw new IllegalArgumentException(
          covariance.length + " covariances do not go with " + mean.length + " means");
    }
  }

  /** Number of features. */
  public int dimension() {
    return mean.length;
  }
}
