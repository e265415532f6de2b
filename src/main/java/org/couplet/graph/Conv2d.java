package org.couplet.graph;

import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * Convolutions with stride 1 and zeros around the image, which keeps its size. The object belongs
 * to one graph.
 */
public final class Conv2d {
  private final @Nullable Winograd winograd;

  /**
   * Direct convolutions, or also others.
   *
   * @param winograd whether those in float32 that are cheaper so are done as {@link Winograd} does
   */
  public Conv2d(boolean winograd) {
    this.winograd = winograd ? new Winograd() : null;
  }

  /**
   * Convolves.
   *
   * @param x [n, h, w, in]
   * @param filter [height, width, in, out]
   * @param bias [out] or null for none
   * @return [n, h, w, out]
   */
  public <T extends TFloating> Operand<T> apply(
      Ops tf, Operand<T> x, Operand<TFloat32> filter, @Nullable Operand<TFloat32> bias) {
    if (winograd != null
        && x.type().equals(TFloat32.class)
        && Winograd.pays(x.shape(), filter.shape())) {
      Operand<TFloat32> added =
          bias != null ? bias : tf.constant(new float[(int) filter.shape().get(3)]);
      return winograd
          .apply(tf, x.asOutput().expect(TFloat32.class), filter, added)
          .asOutput()
          .expect(x.type());
    }
    Operand<T> y = Layers.conv2d(tf, x, filter);
    return bias == null ? y : Layers.biasAdd(tf, y, bias);
  }
}
