package org.couplet.schedule;

import java.util.Arrays;

/**
 * Noise levels of Karras et al. (2022), equation (5), rising: {@code sigma_i = (sigmaMin^(1/rho) +
 * i/(N-1) (sigmaMax^(1/rho) - sigmaMin^(1/rho)))^rho} for i = 0..N-1.
 *
 * @param sigmaMin lowest level, > 0, data units
 * @param sigmaMax highest level, > sigmaMin
 * @param rho how closely the levels crowd at the lower end, > 0; 1 spaces them evenly
 */
public record KarrasLevels(double sigmaMin, double sigmaMax, double rho) {
  /** Requires rising levels. */
  public KarrasLevels {
    if (!(sigmaMin > 0 && sigmaMin < sigmaMax && Double.isFinite(sigmaMax))) {
      throw new IllegalArgumentException(
          "need 0 < sigmaMin < sigmaMax, not " + sigmaMin + " and " + sigmaMax);
    }
    if (!(rho > 0 && Double.isFinite(rho))) {
      throw new IllegalArgumentException("rho must be positive, not " + rho);
    }
  }

  /**
   * All levels, rising.
   *
   * @param count how many, at least 2
   * @return [count]; the ends are sigmaMin and sigmaMax exactly
   */
  public double[] levels(int count) {
    if (count < 2) {
      throw new IllegalArgumentException("a pair needs at least 2 levels, not " + count);
    }
    double[] levels = new double[count];
    for (int i = 0; i < count; i++) {
      levels[i] = at((double) i / (count - 1));
    }
    // The powers miss the ends by a rounding, and the boundary condition holds at sigmaMin only.
    levels[0] = sigmaMin;
    levels[count - 1] = sigmaMax;
    return levels;
  }

  /**
   * The level at a position between the two ends, up to a rounding.
   *
   * @param position 0 is sigmaMin, 1 sigmaMax
   */
  public double at(double position) {
    // StrictMath: Math.pow may change its last bit once compiled, and a resumed run must not.
    double low = StrictMath.pow(sigmaMin, 1 / rho);
    double high = StrictMath.pow(sigmaMax, 1 / rho);
    return StrictMath.pow(low + position * (high - low), rho);
  }

  /**
   * The levels in an array of fixed length, so that their count can change while a compiled graph
   * stays: what lies past the last level is sigmaMax.
   *
   * @param count how many levels, at least 2
   * @param length length of the result, at least count
   */
  public double[] padded(int count, int length) {
    if (length < count) {
      throw new IllegalArgumentException(count + " levels do not fit in " + length);
    }
    double[] padded = Arrays.copyOf(levels(count), length);
    Arrays.fill(padded, count, length, sigmaMax);
    return padded;
  }
}
