package org.couplet.consistency;

import org.couplet.graph.Randomness;
import org.tensorflow.op.Ops;

/** How the two noise levels of each pair are drawn. */
public sealed interface LevelPairs permits DiscreteLevelPairs, TuningLevelPairs {
  /**
   * Draws the levels of a batch.
   *
   * @param numbers of the step
   * @param rows n
   */
  Levels draw(Ops tf, ScheduledOperands numbers, Randomness randomness, int rows);
}
