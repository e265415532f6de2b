package org.couplet.schedule;

/**
 * A number of levels that rises with the square root of the step, Song et al. (2023), appendix C:
 * {@code N(k) = ceil(sqrt(k/K ((s1 + 1)^2 - s0^2) + s0^2) - 1) + 1}.
 *
 * @param s0 number of levels at the first step, at least 2
 * @param s1 the number of levels rises to s1 + 1, s1 at least s0
 * @param totalSteps length K of the training, at least 1
 */
public record SquareRootLevelSchedule(int s0, int s1, long totalSteps) implements LevelSchedule {
  /** Requires a rising schedule. */
  public SquareRootLevelSchedule {
    if (s0 < 2 || s1 < s0 || s1 == Integer.MAX_VALUE) {
      throw new IllegalArgumentException("need 2 <= s0 <= s1, not " + s0 + " and " + s1);
    }
    if (totalSteps < 1) {
      throw new IllegalArgumentException("need at least 1 step, not " + totalSteps);
    }
  }

  @Override
  public int levels(long step) {
    double share = (double) Math.min(Math.max(step, 0), totalSteps) / totalSteps;
    double first = (double) s0 * s0;
    double last = (s1 + 1.0) * (s1 + 1.0);
    return (int) Math.ceil(Math.sqrt(share * (last - first) + first) - 1) + 1;
  }
}
