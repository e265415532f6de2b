package org.couplet.metric;

/**
 * The Frechet distance between two normal distributions (Dowson &amp; Landau 1982; for features of
 * images Heusel et al. 2017).
 */
public final class FrechetDistance {
  private FrechetDistance() {}

  /**
   * ||m1 - m2||^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)), m the means and S the covariances; these may be
   * singular. It is in the features' units squared, at least 0 but for rounding.
   *
   * @throws ArithmeticException if a covariance is not finite
   */
  public static double between(GaussianFit first, GaussianFit second) {
    if (first.dimension() != second.dimension()) {
      throw new IllegalArgumentException(
          first.dimension() + " features do not go with " + second.dimension());
    }
    int size = first.dimension();
    double distance = 0;
    for (int i = 0; i < size; i++) {
      double apart = first.mean()[i] - second.mean()[i];
      distance += apart * apart + first.covariance()[i * size + i];
      distance += second.covariance()[i * size + i];
    }
    return distance - 2 * traceOfRoot(first.covariance(), second.covariance(), size);
  }

  // S1 S2, with S1 = V D V', has the eigenvalues of the symmetric D^(1/2) V' S2 V D^(1/2).
  private static double traceOfRoot(double[] first, double[] second, int size) {
    double[] half = first.clone();
    double[] values = LinearAlgebra.eigenvalues(half, size, true); // half is V'.
    for (int i = 0; i < half.length; i++) {
      half[i] *= Math.sqrt(Math.max(0, values[i / size])); // D^(1/2) V'
    }
    double[] product = new double[half.length];
    LinearAlgebra.addProduct(false, half, false, second, size, size, size, product);
    double[] symmetric = new double[half.length];
    LinearAlgebra.addProduct(false, product, true, half, size, size, size, symmetric);
    double trace = 0;
    for (double value : LinearAlgebra.eigenvalues(symmetric, size, false)) {
      trace += Math.sqrt(Math.max(0, value));
    }
    return trace;
  }
}
