package org.couplet.consistency;

import org.couplet.graph.Randomness;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** Standard normal noise. */
public record StandardNormalNoise() implements NoiseLaw {
  @Override
  public Operand<TFloat32> draw(Ops tf, Randomness randomness, Shape shape) {
    return randomness.rowNormals(tf, Randomness.Purpose.NOISE, shape);
  }

  @Override
  public Operand<TFloat32> rows(
      Ops tf, Randomness randomness, Operand<TInt64> first, Operand<TInt64> count, Shape element) {
    return randomness.normalRows(tf, Randomness.Purpose.SAMPLES, first, count, element);
  }
}
