package org.couplet.schedule;

/**
 * The decay d of the weights' moving average, {@code average = d average + (1 - d) weight}.
 *
 * @param decay the decay to end with, in [0, 1)
 * @param every steps between two averagings, at least 1
 * @param startStep 0-based step of the first averaging; before it the average equals the weights
 * @param warmup whether the decay rises as {@code min(decay, 1 - (1 + t)^(-2/3))}, t the steps
 *     since startStep
 */
public record EmaDecay(double decay, long every, long startStep, boolean warmup) {
  private static final double WARMUP_POWER = -2.0 / 3;

  /** Requires a decay below 1. */
  public EmaDecay {
    if (!(decay >= 0 && decay < 1)) {
      throw new IllegalArgumentException("the decay must be in [0, 1), not " + decay);
    }
    if (every < 1 || startStep < 0) {
      throw new IllegalArgumentException(
          "need every >= 1 and startStep >= 0, not " + every + " and " + startStep);
    }
  }

  /**
   * The decay to apply after a step's update.
   *
   * @param step 0-based training step
   * @return 1 where this step leaves the average alone, 0 where the average takes over the weights
   */
  public double at(long step) {
    if (step < startStep) {
      return 0;
    }
    long sinceStart = step - startStep;
    if (sinceStart % every != 0) {
      return 1;
    }
    // StrictMath: Math.pow may change its last bit once compiled, and a resumed run must not.
    return warmup ? Math.min(decay, 1 - StrictMath.pow(1.0 + sinceStart, WARMUP_POWER)) : decay;
  }
}
