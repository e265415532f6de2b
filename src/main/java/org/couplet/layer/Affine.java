package org.couplet.layer;

import java.util.List;
import org.couplet.graph.Cast;
import org.couplet.graph.Expr;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * What follows a normalisation: a scale and a bias for each channel.
 *
 * @param scale [channels], or [n, 1, channels] where each image has its own
 * @param bias of the same shape
 * @param perImage whether each image has its own
 */
public record Affine(Operand<TFloat32> scale, Operand<TFloat32> bias, boolean perImage) {
  /**
   * The same for all images.
   *
   * @param scale [channels]
   * @param bias [channels]
   */
  public static Affine shared(Operand<TFloat32> scale, Operand<TFloat32> bias) {
    return new Affine(scale, bias, false);
  }

  /**
   * Followed by an affine map of each image's own (adaptive normalisation, Dhariwal &amp; Nichol
   * 2021): x to {@code (scale x + bias) (1 + more) + shift}.
   *
   * @param moreAndShift [n, 2 channels], {@code more} first
   */
  public <T extends TFloating> Affine modulated(Ops tf, Operand<T> moreAndShift) {
    List<Output<TFloat32>> halves =
        tf.split(
                tf.constant(2),
                tf.expandDims(Cast.to(tf, moreAndShift, TFloat32.class), tf.constant(1)),
                2L)
            .output(); // [n, 1, channels] each
    Expr<TFloat32> factor = Expr.of(tf, halves.get(0)).plus(1);
    return new Affine(factor.times(scale), factor.times(bias).plus(halves.get(1)), true);
  }

  /** Adds the bias to x [n, positions, channels]. */
  <T extends TFloating> Operand<T> biased(Ops tf, Operand<T> x) {
    return perImage ? tf.math.add(x, Cast.to(tf, bias, x.type())) : Layers.biasAdd(tf, x, bias);
  }
}
