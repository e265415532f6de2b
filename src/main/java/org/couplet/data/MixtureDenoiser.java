package org.couplet.data;

/**
 * The mean of x given x + sigma z, for x of the law of {@link GaussianPoints} and z standard
 * normal: what a score model of those points learns. The score of the noisy points is (mean - x) /
 * sigma^2 (Tweedie's formula).
 *
 * @param offset distance of the modes from the axes, data units
 * @param standardDeviation of each mode and coordinate, data units, &gt; 0
 */
public record MixtureDenoiser(double offset, double standardDeviation) {
  /** Requires a positive width. */
  public MixtureDenoiser {
    if (!(standardDeviation > 0)) {
      throw new IllegalArgumentException(
          "the standard deviation must be positive, not " + standardDeviation);
    }
  }

  /**
   * The mean of x.
   *
   * @param x first coordinate of the noisy point
   * @param y second coordinate
   * @param sigma noise level, data units, at least 0
   * @return [2]
   */
  public double[] denoise(double x, double y, double sigma) {
    double variance = standardDeviation * standardDeviation;
    double kept = variance / (variance + sigma * sigma);
    // The modes (offset, offset) and (offset, -offset), weighted by their likelihoods.
    double modeY = offset * Math.tanh(offset * y / (variance + sigma * sigma));
    return new double[] {offset + kept * (x - offset), modeY + kept * (y - modeY)};
  }
}
