package org.couplet.consistency;

import org.couplet.graph.Randomness;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;

/** The law of the level index i, the lower level of a pair (i, i + 1). */
public sealed interface TimestepLaw permits LognormalLaw, UniformLaw {
  /**
   * Mass of the indices up to and including each; not normalised, rising.
   *
   * @param sigmas float64 [m], the noise levels
   * @return float64 [m - 1]
   */
  Operand<TFloat64> cumulative(Ops tf, Operand<TFloat64> sigmas);

  /**
   * Draws one index a row.
   *
   * @param sigmas float64 [m], of which the first {@code numLevels} count
   * @param numLevels int32 scalar N, at most m
   * @param rows n
   * @return int32 [n], in [0, N - 2]
   */
  default Operand<TInt32> draw(
      Ops tf,
      Operand<TFloat64> sigmas,
      Operand<TInt32> numLevels,
      Randomness randomness,
      int rows) {
    Operand<TFloat64> cumulative = cumulative(tf, sigmas); // [m - 1]
    Operand<TFloat64> total =
        tf.gather(cumulative, tf.math.sub(numLevels, tf.constant(2)), tf.constant(0));
    Operand<TFloat64> uniform =
        randomness.preciseRowUniforms(tf, Randomness.Purpose.LEVELS, 0, Shape.of(rows, 1));
    Operand<TInt32> passed =
        tf.dtypes.cast(
            tf.math.lessEqual(cumulative, tf.math.mul(uniform, total)), TInt32.class); // [n, m - 1]
    // The last index takes what rounding leaves.
    return tf.math.minimum(tf.sum(passed, tf.constant(1)), tf.math.sub(numLevels, tf.constant(2)));
  }
}
