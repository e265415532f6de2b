package org.couplet.consistency;

import java.util.stream.LongStream;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat64;

/** All indices alike: p(i) = 1 / (N - 1). */
public record UniformLaw() implements TimestepLaw {
  @Override
  public Operand<TFloat64> cumulative(Ops tf, Operand<TFloat64> sigmas) {
    return tf.constant(
        LongStream.range(1, sigmas.shape().get(0)).mapToDouble(count -> count).toArray());
  }
}
