package org.couplet.consistency;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** x_i = x + sigma_i z (EDM, Karras et al. 2022). */
public record VarianceExploding() implements ForwardProcess {
  @Override
  public Operand<TFloat32> point(
      Ops tf, Operand<TFloat32> x, Operand<TFloat32> z, Operand<TFloat32> sigma) {
    return tf.math.add(x, tf.math.mul(Rows.like(tf, sigma, x), z));
  }

  @Override
  public Operand<TFloat32> start(Ops tf, Operand<TFloat32> z, Operand<TFloat32> sigma) {
    return tf.math.mul(Rows.like(tf, sigma, z), z);
  }

  @Override
  public Operand<TFloat32> renoise(
      Ops tf,
      Operand<TFloat32> xHat,
      Operand<TFloat32> z,
      Operand<TFloat32> sigma,
      double sigmaMin) {
    Operand<TFloat32> variance =
        tf.math.sub(tf.math.square(sigma), tf.constant((float) (sigmaMin * sigmaMin)));
    // Rounding may leave a hair less than nothing at sigma = sigma_min.
    return point(tf, xHat, z, tf.math.sqrt(tf.math.maximum(variance, tf.constant(0f))));
  }
}
