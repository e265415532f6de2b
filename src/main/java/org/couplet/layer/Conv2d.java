package org.couplet.layer;

import java.util.List;
import org.couplet.graph.Cast;
import org.couplet.graph.Slices;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * Convolutions with stride 1, each by the algorithm that suits its shape. The object belongs to one
 * graph.
 */
public final class Conv2d {
  /** Which algorithms there are to choose from. */
  public enum Algorithms {
    /** TensorFlow's operations and their gradients: for graphs that XLA compiles as a whole. */
    TENSORFLOW,
    /** Direct convolutions, whose gradients are right on every processor. */
    DIRECT,
    /** The same, or Winograd's where that is cheaper. */
    WINOGRAD
  }

  private final @Nullable DirectConvolution direct;
  private final @Nullable Columns columns;
  private final @Nullable DoubledConvolution doubled;
  private final @Nullable Winograd winograd;

  /** Convolutions of one graph. */
  public Conv2d(Algorithms algorithms) {
    this.direct = algorithms == Algorithms.TENSORFLOW ? null : new DirectConvolution();
    this.columns = algorithms == Algorithms.TENSORFLOW ? null : new Columns();
    this.doubled = algorithms == Algorithms.TENSORFLOW ? null : new DoubledConvolution();
    this.winograd = algorithms == Algorithms.WINOGRAD ? new Winograd() : null;
  }

  /**
   * Convolves with zeros around the image, which keeps its size.
   *
   * @param x [n, h, w, in]
   * @param filter [k, k, in, out], k odd
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
    Operand<T> y = plain(tf, x, filter);
    return bias == null ? y : Layers.biasAdd(tf, y, bias);
  }

  private <T extends TFloating> Operand<T> plain(Ops tf, Operand<T> x, Operand<TFloat32> filter) {
    if (direct == null || columns == null || x.shape().hasUnknownDimension()) {
      return Layers.conv2d(tf, x, filter);
    }
    Operand<T> cast = Cast.to(tf, filter, x.type());
    return x.type().equals(TFloat32.class) && Columns.pays(x.shape(), filter.shape())
        ? columns.apply(tf, x, cast)
        : direct.apply(tf, x, cast, true);
  }

  /**
   * Convolves with {@code padding} zeros on each side.
   *
   * @param x [n, h, w, in]
   * @param filter [k, k, in, out], k odd
   * @param padding pixels, at least 0
   * @return [n, h + 2 padding - k + 1, w + 2 padding - k + 1, out]
   */
  public <T extends TFloating> Operand<T> apply(
      Ops tf, Operand<T> x, Operand<TFloat32> filter, int padding) {
    return direct != null && !x.shape().hasUnknownDimension()
        ? direct.apply(
            tf, Layers.pad(tf, x, padding, padding), Cast.to(tf, filter, x.type()), false)
        : Layers.conv2d(tf, x, filter, padding);
  }

  /**
   * Repeats each pixel of the image once along each axis and convolves that with zeros around it.
   *
   * @param x [n, h, w, in], static but for n
   * @param filter [k, k, in, out], k odd
   * @return [n, 2h, 2w, out]
   */
  <T extends TFloating> Operand<T> applyToDoubled(Ops tf, Operand<T> x, Operand<TFloat32> filter) {
    if (doubled != null) {
      return doubled.apply(tf, x, filter);
    }
    Operand<TFloat32> sums = DoubledConvolution.neighbourSums(tf, filter);
    Shape image = x.shape();
    int[] size = {(int) (2 * image.get(1)), (int) (2 * image.get(2)), (int) filter.shape().get(3)};
    return tf.nn.conv2dBackpropInput(
        tf.concat(List.of(rows(tf, x), tf.constant(size)), tf.constant(0)),
        Cast.to(tf, Layers.mirrored(tf, sums), x.type()),
        x,
        List.of(1L, 2L, 2L, 1L),
        "SAME");
  }

  // [n], which XLA must know and does where n is static.
  private static Operand<TInt32> rows(Ops tf, Operand<?> x) {
    long n = x.shape().get(0);
    return n == Shape.UNKNOWN_SIZE ? Slices.size(tf, x, 0) : tf.constant(new int[] {(int) n});
  }
}
