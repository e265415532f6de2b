package org.couplet.schedule;

/** How many noise levels a training step uses. */
public sealed interface LevelSchedule
    permits ExponentialLevelSchedule, SquareRootLevelSchedule, ConstantLevelSchedule {
  /**
   * Number of levels N.
   *
   * @param step 0-based training step
   * @return at least 2
   */
  int levels(long step);
}
