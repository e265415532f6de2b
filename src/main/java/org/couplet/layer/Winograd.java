package org.couplet.layer;

import static org.couplet.layer.WinogradKernels.STEP;
import static org.couplet.layer.WinogradKernels.SUMS;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.couplet.graph.GraphFunction;
import org.couplet.graph.GraphFunction.Argument;
import org.couplet.graph.GraphFunction.InGraph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;

/**
 * Convolutions with 3 x 3 filters by Winograd's minimal filtering, F(4 x 4, 3 x 3): 36 products of
 * matrices in place of 144 (Lavin &amp; Gray 2016), forward and backward. The object belongs to one
 * graph.
 *
 * <p>The backward pass is the transpose of the forward pass and transforms image and filter again:
 * to keep their transforms would take more than twice the memory.
 */
final class Winograd {
  // Fewer tiles are less work than transforming the filter for them.
  private static final long FEWEST_TILES = 64;
  // Transforms cost by the sum of channels, what they save goes by the product.
  private static final long FEWEST_CHANNELS = 48;

  /** What differs between functions. */
  private record Kind(long height, long width, long in, long out) {}

  private final Map<Kind, InGraph> functions = new LinkedHashMap<>();

  /** Whether a convolution is cheaper so; of an image [n, h, w, in] by [k, k, in, out]. */
  static boolean pays(Shape image, Shape filter) {
    if (image.hasUnknownDimension() || filter.hasUnknownDimension()) {
      return false;
    }
    long in = filter.get(2);
    long out = filter.get(3);
    return filter.get(0) == 3
        && filter.get(1) == 3
        && image.get(1) % STEP == 0
        && image.get(2) % STEP == 0
        && image.get(0) * image.get(1) * image.get(2) >= FEWEST_TILES * STEP * STEP
        && in * out >= FEWEST_CHANNELS * (in + out);
  }

  /**
   * Convolves with stride 1 and zeros around the image, and adds a bias.
   *
   * @param x [n, h, w, in], static, h and w multiples of 4
   * @param filter [3, 3, in, out], static
   * @param bias [out]
   * @return [n, h, w, out]
   */
  Operand<TFloat32> apply(
      Ops tf, Operand<TFloat32> x, Operand<TFloat32> filter, Operand<TFloat32> bias) {
    Shape image = x.shape();
    long out = filter.shape().get(3);
    Kind kind = new Kind(image.get(1), image.get(2), image.get(3), out);
    Output<?> y =
        functions
            .computeIfAbsent(kind, unused -> define(kind).addTo(tf, false))
            .call(tf, List.of(x, filter, bias))
            .get(0);
    return tf.reshape(
        y.expect(TFloat32.class),
        tf.constant(new long[] {image.get(0), image.get(1), image.get(2), out}));
  }

  private static GraphFunction define(Kind kind) {
    WinogradKernels kernels =
        WinogradKernels.of(kind.height(), kind.width(), kind.in(), kind.out());
    Argument any = new Argument(TFloat32.class, Shape.unknown());
    String name =
        "winograd_%dx%dx%dx%d".formatted(kind.height(), kind.width(), kind.in(), kind.out());
    return GraphFunction.define(
            name, Collections.nCopies(3, any), (tf, in) -> value(tf, kind, kernels, in))
        .withGradient(
            GraphFunction.define(
                name + "_gradient",
                Collections.nCopies(4, any),
                (tf, in) -> gradients(tf, kind, kernels, in)));
  }

  // (x, filter, bias) to y.
  private static List<Operand<?>> value(
      Ops tf, Kind kind, WinogradKernels kernels, List<Operand<?>> in) {
    List<Output<?>> tiles = kernels.tiles().call(tf, in.subList(0, 1), true);
    // Not before the image is there: a step would begin with the filters of all layers.
    Ops later = tf.withControlDependencies(List.of(in.get(0)));
    List<Output<?>> filter = kernels.filter().call(later, in.subList(1, 2), true);
    List<Operand<?>> products =
        new ArrayList<>(each(i -> tf.linalg.matMul(floats(tiles, i), floats(filter, i))));
    products.add(in.get(2));
    return List.of(joined(tf, kind, kind.out(), kernels.image().call(tf, products, true)));
  }

  // (x, filter, bias, gradient of y) to the gradients of the first three.
  private static List<Operand<?>> gradients(
      Ops tf, Kind kind, WinogradKernels kernels, List<Operand<?>> in) {
    // Not before the gradient is there: until then they would wait in memory.
    Ops later = tf.withControlDependencies(List.of(in.get(3)));
    List<Output<?>> tiles = kernels.tiles().call(later, in.subList(0, 1), true);
    List<Output<?>> filter = kernels.filter().call(later, in.subList(1, 2), true);
    List<Output<?>> products = kernels.products().call(tf, in.subList(3, 4), true);
    List<Operand<?>> ofTiles =
        each(
            i -> tf.linalg.matMul(floats(products, i), floats(filter, i), MatMul.transposeB(true)));
    List<Operand<?>> ofFilter =
        each(i -> tf.linalg.matMul(floats(tiles, i), floats(products, i), MatMul.transposeA(true)));
    return List.of(
        joined(tf, kind, kind.in(), kernels.tilesGradient().call(tf, ofTiles, true)),
        kernels.filterGradient().call(tf, ofFilter, true).get(0),
        tf.reduceSum(floats(products, SUMS), tf.constant(0)));
  }

  private static List<Operand<?>> each(IntFunction<Operand<?>> product) {
    return IntStream.range(0, WinogradKernels.TILE * WinogradKernels.TILE)
        .<Operand<?>>mapToObj(product)
        .toList();
  }

  // The pixels at each of a tile's places, 16 of [n, h / 4, w / 4, channels], to [n, h, w,
  // channels].
  private static Operand<TFloat32> joined(
      Ops tf, Kind kind, long channels, List<Output<?>> places) {
    List<Operand<TFloat32>> rows = new ArrayList<>();
    for (int i = 0; i < STEP; i++) {
      List<Operand<TFloat32>> row = new ArrayList<>();
      for (int j = 0; j < STEP; j++) {
        row.add(floats(places, i * STEP + j));
      }
      long[] wholeRows = {-1, kind.height() / STEP, kind.width() * channels};
      rows.add(tf.reshape(tf.concat(row, tf.constant(3)), tf.constant(wholeRows)));
    }
    return tf.reshape(
        tf.concat(rows, tf.constant(2)),
        tf.constant(new long[] {-1, kind.height(), kind.width(), channels}));
  }

  private static Operand<TFloat32> floats(List<Output<?>> all, int index) {
    return all.get(index).expect(TFloat32.class);
  }
}
