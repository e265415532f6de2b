package org.couplet.schedule;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/**
 * Noise levels for the first few steps of a consistency model's sampling, at positions on the
 * Karras scale of its training. Two steps are those of Song &amp; Dhariwal (2023) for CIFAR-10: 80
 * and 0.821 where sigma_min is 0.002 and rho 7; Easy Consistency Tuning takes the same. With N
 * steps step j stands at {@code (1 - j/N)^p}, where p = 1.3794 makes the second of two theirs.
 *
 * @param range of the model's levels
 */
public record FewStepLevels(KarrasLevels range) {
  // (0.821^(1/7) - 0.002^(1/7)) / (80^(1/7) - 0.002^(1/7)) is 0.38439, and 0.5 to this power.
  private static final double POWER = 1.37936;
  // The levels can be written down, and given again.
  private static final MathContext DIGITS = new MathContext(4);

  /**
   * The levels, falling from sigma_max.
   *
   * @param steps how many, at least 1
   */
  public List<Double> levels(int steps) {
    List<Double> levels = new ArrayList<>(List.of(range.sigmaMax()));
    for (int step = 1; step < steps; step++) {
      levels.add(at(position(step, steps)));
    }
    return levels;
  }

  /** Where step 0..steps-1 stands on the scale: 1 is sigma_max, 0 sigma_min. */
  public static double position(int step, int steps) {
    return StrictMath.pow(1 - (double) step / steps, POWER);
  }

  /** The level at a position of the scale, in (0, 1), rounded to four digits. */
  public double at(double position) {
    double rounded = new BigDecimal(range.at(position)).round(DIGITS).doubleValue();
    return Math.min(range.sigmaMax(), Math.max(range.sigmaMin(), rounded));
  }
}
