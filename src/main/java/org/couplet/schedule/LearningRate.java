package org.couplet.schedule;

/**
 * A step size that rises linearly, then stays.
 *
 * @param base the step size after the rise, > 0
 * @param warmupSteps length of the rise; 0 for none
 */
public record LearningRate(double base, long warmupSteps) {
  /** Requires a positive step size. */
  public LearningRate {
    if (!(base > 0 && Double.isFinite(base))) {
      throw new IllegalArgumentException("the learning rate must be positive, not " + base);
    }
    if (warmupSteps < 0) {
      throw new IllegalArgumentException("warm-up steps must be at least 0, not " + warmupSteps);
    }
  }

  /**
   * The step size at a step.
   *
   * @param step 0-based training step
   * @return in (0, base]; base from step warmupSteps - 1 on
   */
  public double at(long step) {
    long done = step + 1;
    return done >= warmupSteps ? base : base * done / warmupSteps;
  }
}
