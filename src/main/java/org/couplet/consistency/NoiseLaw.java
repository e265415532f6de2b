package org.couplet.consistency;

import org.couplet.graph.Randomness;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** The law of the noise z. */
public sealed interface NoiseLaw permits StandardNormalNoise, TwoGaussiansNoise {
  /**
   * The noise of a training batch.
   *
   * @param shape static, [n, element...]
   */
  Operand<TFloat32> draw(Ops tf, Randomness randomness, Shape shape);

  /**
   * Noise for rows {@code first}, {@code first + 1}, ... of a reproducible noise table, for
   * samples.
   *
   * @param first int64 scalar
   * @param count int64 scalar
   * @param element static shape of a row
   */
  Operand<TFloat32> rows(
      Ops tf, Randomness randomness, Operand<TInt64> first, Operand<TInt64> count, Shape element);
}
