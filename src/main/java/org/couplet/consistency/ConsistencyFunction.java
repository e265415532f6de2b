package org.couplet.consistency;

import org.couplet.graph.Dropout;
import org.couplet.graph.Weights;
import org.couplet.network.Network;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The consistency function f (equation 3) with the scaling of Karras et al. 2022, moved so that
 * {@code f(x, sigma_min) = x} exactly. The scaling is float32 whatever the network runs in.
 *
 * @param network F
 * @param sigmaMin lowest noise level, &gt; 0
 * @param sigmaData standard deviation of the data, &gt; 0
 */
public record ConsistencyFunction(Network network, double sigmaMin, double sigmaData) {
  /**
   * f(x, sigma).
   *
   * @param x [n, element...]
   * @param sigma [n], noise levels in [sigma_min, sigma_max]
   * @return [n, element...], the estimate of the data behind x
   */
  public Operand<TFloat32> apply(
      Ops tf, Weights weights, Operand<TFloat32> x, Operand<TFloat32> sigma, Dropout dropout) {
    Operand<TFloat32> dataVariance = tf.constant((float) (sigmaData * sigmaData));
    Operand<TFloat32> above = tf.math.sub(sigma, tf.constant((float) sigmaMin));
    Operand<TFloat32> deviation =
        tf.math.sqrt(tf.math.add(tf.math.square(sigma), dataVariance)); // [n]
    Operand<TFloat32> skip =
        tf.math.div(dataVariance, tf.math.add(tf.math.square(above), dataVariance));
    Operand<TFloat32> out =
        tf.math.div(tf.math.mul(tf.constant((float) sigmaData), above), deviation);
    Operand<TFloat32> in = tf.math.reciprocal(deviation);
    Operand<TFloat32> label = tf.math.mul(tf.math.log(sigma), tf.constant(0.25f));
    Operand<TFloat32> raw =
        network.apply(tf, weights, tf.math.mul(Rows.like(tf, in, x), x), label, dropout);
    return tf.math.add(
        tf.math.mul(Rows.like(tf, skip, x), x), tf.math.mul(Rows.like(tf, out, x), raw));
  }
}
