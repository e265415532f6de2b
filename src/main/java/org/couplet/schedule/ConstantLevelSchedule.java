package org.couplet.schedule;

/**
 * The same number of levels at every step.
 *
 * @param count number of levels, at least 2
 */
public record ConstantLevelSchedule(int count) implements LevelSchedule {
  /** Requires at least 2 levels. */
  public ConstantLevelSchedule {
    if (count < 2) {
      throw new IllegalArgumentException("a pair needs at least 2 levels, not " + count);
    }
  }

  @Override
  public int levels(long step) {
    return count;
  }
}
