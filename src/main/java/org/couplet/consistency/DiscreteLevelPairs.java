package org.couplet.consistency;

import org.couplet.graph.Randomness;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;

/**
 * Neighbours among N given levels.
 *
 * @param law of the lower one's index
 */
public record DiscreteLevelPairs(TimestepLaw law) implements LevelPairs {
  @Override
  public Levels draw(Ops tf, ScheduledOperands numbers, Randomness randomness, int rows) {
    Operand<TInt32> index = law.draw(tf, numbers.sigmas(), numbers.numLevels(), randomness, rows);
    return new Levels(
        tf.gather(numbers.sigmas(), index, tf.constant(0)),
        tf.gather(numbers.sigmas(), tf.math.add(index, tf.constant(1)), tf.constant(0)));
  }
}
