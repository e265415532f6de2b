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
    Operand<TFloat32> lowest = tf.constant((float) sigmaMin);
    // sigma^2 - sigma_min^2 as a product: nothing is left of it at sigma_min.
    Operand<TFloat32> variance =
        tf.math.mul(tf.math.sub(sigma, lowest), tf.math.add(sigma, lowest));
    return point(tf, xHat, z, tf.math.sqrt(variance));
  }

  /** EDM's, moved from sigma to sigma - sigma_min where the boundary needs it. */
  @Override
  public Scaling scaling(Ops tf, Operand<TFloat32> sigma, double sigmaMin, double sigmaData) {
    Operand<TFloat32> dataVariance = tf.constant((float) (sigmaData * sigmaData));
    Operand<TFloat32> above = tf.math.sub(sigma, tf.constant((float) sigmaMin));
    Operand<TFloat32> deviation =
        tf.math.sqrt(tf.math.add(tf.math.square(sigma), dataVariance)); // [n]
    return new Scaling(
        tf.math.div(dataVariance, tf.math.add(tf.math.square(above), dataVariance)),
        tf.math.div(tf.math.mul(tf.constant((float) sigmaData), above), deviation),
        tf.math.reciprocal(deviation));
  }
}
