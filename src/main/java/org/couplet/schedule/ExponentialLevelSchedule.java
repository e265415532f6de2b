package org.couplet.schedule;

/**
 * A number of levels that doubles at equal intervals, as in Song and Dhariwal (2023): {@code N(k) =
 * min(s0 2^floor(k/K'), s1) + 1} with {@code K' = floor(K / (log2(floor(s1/s0)) + 1))}.
 *
 * @param s0 number of intervals at the first step, at least 1
 * @param s1 number of intervals at the end, at least s0
 * @param totalSteps length K of the training, at least 1
 */
public record ExponentialLevelSchedule(int s0, int s1, long totalSteps) implements LevelSchedule {
  /** Requires a rising schedule. */
  public ExponentialLevelSchedule {
    if (s0 < 1 || s1 < s0 || s1 == Integer.MAX_VALUE) {
      throw new IllegalArgumentException("need 1 <= s0 <= s1, not " + s0 + " and " + s1);
    }
    if (totalSteps < 1) {
      throw new IllegalArgumentException("need at least 1 step, not " + totalSteps);
    }
  }

  @Override
  public int levels(long step) {
    // More doublings than an int has bits reach s1 from any s0.
    long doublings = Math.min(Math.max(step, 0) / stepsPerDoubling(), Integer.SIZE - 1);
    return (int) Math.min((long) s0 << doublings, s1) + 1;
  }

  // K'. A run shorter than its number of stages would get 0; it doubles at every step instead.
  private long stepsPerDoubling() {
    return Math.max(1, (long) Math.floor(totalSteps / (log2(s1 / s0) + 1)));
  }

  // Exact for powers of two, where a quotient of logarithms can miss by a rounding.
  private static double log2(int value) {
    int exponent = Math.getExponent((double) value);
    return exponent + Math.log(Math.scalb((double) value, -exponent)) / Math.log(2);
  }
}
