package org.couplet.schedule;

/**
 * How wide the gap between a pair's levels still is under Easy Consistency Tuning (Geng et al.
 * 2024): 1 / q^a with a = ceil(stages k / K). At the first step the lower level is sigma_min.
 *
 * @param q factor from stage to stage, &gt; 1
 * @param stages number of stages, at least 1
 * @param totalSteps length K of the training, at least 1
 */
public record TuningGap(double q, int stages, long totalSteps) {
  /** Requires a gap that tightens. */
  public TuningGap {
    if (!(q > 1 && Double.isFinite(q)) || stages < 1) {
      throw new IllegalArgumentException(
          "need q > 1 and a stage, not " + q + " and " + stages + " stages");
    }
    if (totalSteps < 1) {
      throw new IllegalArgumentException("need at least 1 step, not " + totalSteps);
    }
  }

  /**
   * The gap at a step.
   *
   * @param step 0-based training step k; past the last one, the gap stays
   * @return in (0, 1]
   */
  public double at(long step) {
    long k = Math.min(Math.max(step, 0), totalSteps);
    long stage = (stages * k + totalSteps - 1) / totalSteps;
    return 1 / StrictMath.pow(q, (double) stage);
  }
}
