package org.couplet.metric;

/**
 * The Frechet distance of normal distributions to a reference (Dowson &amp; Landau 1982; for
 * features of images Heusel et al. 2017): ||m1 - m2||^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)), m the
 * means and S the covariances, which may be singular. It is in the features' units squared, at
 * least 0 but for rounding. Half of the work is the reference's alone and is done once.
 */
public final class FrechetDistance {
  private final GaussianFit reference;
  // D^(1/2) V', where the reference's covariance is V D V'.
  private final double[] half;

  private FrechetDistance(GaussianFit reference, double[] half) {
    this.reference = reference;
    this.half = half;
  }

  /**
   * Prepares the distances to a reference.
   *
   * @throws ArithmeticException if its covariance is not finite
   */
  public static FrechetDistance to(GaussianFit reference) {
    int size = reference.dimension();
    double[] half = reference.covariance().clone();
    double[] values = LinearAlgebra.eigenvalues(half, size, true); // half is V'.
    for (int i = 0; i < half.length; i++) {
      half[i] *= Math.sqrt(Math.max(0, values[i / size]));
    }
    return new FrechetDistance(reference, half);
  }

  /**
   * The distance between two; either may be the reference.
   *
   * @throws ArithmeticException if a covariance is not finite
   */
  public static double between(GaussianFit first, GaussianFit second) {
    return to(first).from(second);
  }

  /**
   * The distance from {@code other} to the reference.
   *
   * @throws ArithmeticException if its covariance is not finite
   */
  public double from(GaussianFit other) {
    int size = reference.dimension();
    if (other.dimension() != size) {
      throw new IllegalArgumentException(other.dimension() + " features do not go with " + size);
    }
    double distance = 0;
    for (int i = 0; i < size; i++) {
      double apart = other.mean()[i] - reference.mean()[i];
      distance += apart * apart + other.covariance()[i * size + i];
      distance += reference.covariance()[i * size + i];
    }
    // Rounding can leave a little less than 0.
    return Math.max(0, distance - 2 * traceOfRoot(other.covariance(), size));
  }

  // S1 S2, with S1 = V D V', has the eigenvalues of the symmetric D^(1/2) V' S2 V D^(1/2).
  private double traceOfRoot(double[] covariance, int size) {
    double[] product = new double[half.length];
    LinearAlgebra.addProduct(false, half, false, covariance, size, size, size, product);
    double[] symmetric = new double[half.length];
    LinearAlgebra.addProduct(false, product, true, half, size, size, size, symmetric);
    double trace = 0;
    for (double value : LinearAlgebra.eigenvalues(symmetric, size, false)) {
      trace += Math.sqrt(Math.max(0, value));
    }
    return trace;
  }
}
