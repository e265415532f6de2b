package org.couplet.run;

import java.util.OptionalLong;

/**
 * Which checkpoint of a run is meant.
 *
 * @param best the one whose samples had the lowest FID
 * @param step that of a step; else, and if not the best, the newest
 */
public record CheckpointChoice(boolean best, OptionalLong step) {
  /** The newest. */
  public static final CheckpointChoice NEWEST = new CheckpointChoice(false, OptionalLong.empty());
}
