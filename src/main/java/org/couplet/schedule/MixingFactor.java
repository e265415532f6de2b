package org.couplet.schedule;

/**
 * The probability mu of a generator-induced row, linear in the step.
 *
 * @param start mu at step 0, in [0, 1]
 * @param end mu at the last step, in [0, 1]
 * @param totalSteps length of the training, at least 1
 */
public record MixingFactor(double start, double end, long totalSteps) {
  /** Requires probabilities. */
  public MixingFactor {
    if (!(start >= 0 && start <= 1 && end >= 0 && end <= 1)) {
      throw new IllegalArgumentException("mu must be in [0, 1], not " + start + " to " + end);
    }
    if (totalSteps < 1) {
      throw new IllegalArgumentException("need at least 1 step, not " + totalSteps);
    }
  }

  /**
   * The factor at a step.
   *
   * @param step 0-based training step; past the last one, the factor stays
   * @return mu in [0, 1]
   */
  public double at(long step) {
    if (totalSteps == 1 || step <= 0) {
      return start;
    }
    if (step >= totalSteps - 1) {
      return end;
    }
    double done = (double) step / (totalSteps - 1);
    return (1 - done) * start + done * end;
  }
}
