package org.couplet.layer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.couplet.graph.GraphFunction;
import org.couplet.graph.GraphFunction.Argument;
import org.couplet.graph.Slices;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Stack;
import org.tensorflow.op.core.Unstack;
import org.tensorflow.types.TFloat32;

/**
 * The transforms of {@link Winograd} as functions that XLA compiles, each of few passes over its
 * arrays. With d a tile of 6 x 6 pixels and g the 3 x 3 filter of a pair of channels: {@code y = A'
 * [(G g G') * (B' d B)] A}, 4 x 4 pixels, the product taken value by value (Lavin &amp; Gray 2016,
 * section 4.1, whose matrices these are).
 *
 * <p>Tiles lie 4 pixels apart and begin one pixel before the image, with zeros around it. A square
 * of 36 or 16 arrays comes row by row.
 *
 * @param tiles image [n, h, w, in] to its transformed tiles, 36 of [n h w / 16, in]
 * @param filter [3, 3, in, out] to 36 of [in, out]
 * @param image 36 products, [n h w / 16, out], and the bias, [out], to the pixels at the 16 places
 *     of a tile, [n, h / 4, w / 4, out] each
 * @param products gradient of the image, [n, h, w, out], to those of the products
 * @param tilesGradient gradients of the transformed tiles to those of the pixels at the 16 places
 * @param filterGradient gradients of the transformed filter to that of the filter
 */
record WinogradKernels(
    GraphFunction tiles,
    GraphFunction filter,
    GraphFunction image,
    GraphFunction products,
    GraphFunction tilesGradient,
    GraphFunction filterGradient) {
  /** Pixels of a tile's result along an axis. */
  static final int STEP = 4;

  /** Pixels of a tile along an axis, and so many products a pair of channels. */
  static final int TILE = 6;

  /** Which of the products' gradients are sums over a tile's result: by the row of A of ones. */
  static final int SUMS = TILE + 1;

  private static final double[][] B_TRANSPOSED = {
    {4, 0, -5, 0, 1, 0},
    {0, -4, -4, 1, 1, 0},
    {0, 4, -4, -1, 1, 0},
    {0, -2, -1, 2, 1, 0},
    {0, 2, -1, -2, 1, 0},
    {0, 4, 0, -5, 0, 1}
  };
  private static final double[][] G = {
    {1 / 4.0, 0, 0},
    {-1 / 6.0, -1 / 6.0, -1 / 6.0},
    {-1 / 6.0, 1 / 6.0, -1 / 6.0},
    {1 / 24.0, 1 / 12.0, 1 / 6.0},
    {1 / 24.0, -1 / 12.0, 1 / 6.0},
    {0, 0, 1}
  };
  private static final double[][] A_TRANSPOSED = {
    {1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}
  };

  /** Of images [any, height, width, in] to [any, height, width, out]. */
  static WinogradKernels of(long height, long width, long in, long out) {
    Sizes inputs = new Sizes(height / STEP, width / STEP, in);
    Sizes outputs = new Sizes(height / STEP, width / STEP, out);
    String filterName = in + "x" + out;
    return new WinogradKernels(
        define("tiles_" + inputs.name(), 1, (tf, x) -> tiles(tf, inputs, x.get(0))),
        define("filter_" + filterName, 1, (tf, x) -> filter(tf, x.get(0), in, out)),
        define("image_" + outputs.name(), TILE * TILE + 1, (tf, x) -> image(tf, outputs, x)),
        define("products_" + outputs.name(), 1, (tf, x) -> products(tf, outputs, x.get(0))),
        define(
            "tiles_gradient_" + inputs.name(),
            TILE * TILE,
            (tf, x) -> tilesGradient(tf, inputs, x)),
        define(
            "filter_gradient_" + filterName,
            TILE * TILE,
            (tf, x) -> filterGradient(tf, x, in, out)));
  }

  private static GraphFunction define(
      String name,
      int arguments,
      BiFunction<Ops, List<Operand<TFloat32>>, List<Operand<TFloat32>>> body) {
    Argument any = new Argument(TFloat32.class, Shape.unknown());
    return GraphFunction.define(
        "winograd_" + name,
        Collections.nCopies(arguments, any),
        (tf, in) -> List.copyOf(body.apply(tf, GraphFunction.floats(in))));
  }

  /** How many tiles an image has, and its channels. */
  private record Sizes(long rows, long columns, long channels) {
    String name() {
      return STEP * rows + "x" + STEP * columns + "x" + channels;
    }

    /** [n, h, w, channels] to [n, rows, 4, columns, 4, channels]. */
    Operand<TFloat32> apart(Ops tf, Operand<TFloat32> image) {
      return tf.reshape(image, tf.constant(new long[] {-1, rows, STEP, columns, STEP, channels}));
    }

    /** [n rows columns, channels] each. */
    List<Operand<TFloat32>> flat(Ops tf, List<Operand<TFloat32>> all) {
      return reshaped(tf, all, -1, channels);
    }

    /** [n, rows, columns, channels] each. */
    List<Operand<TFloat32>> square(Ops tf, List<Operand<TFloat32>> all) {
      return reshaped(tf, all, -1, rows, columns, channels);
    }

    private static List<Operand<TFloat32>> reshaped(
        Ops tf, List<Operand<TFloat32>> all, long... shape) {
      return all.stream().<Operand<TFloat32>>map(x -> tf.reshape(x, tf.constant(shape))).toList();
    }

    /** The neighbour's value, {@code by} tiles further along an axis of tiles, 0 beyond the end. */
    Operand<TFloat32> neighbour(Ops tf, Operand<TFloat32> x, int axis, int by) {
      int rank = x.shape().numDimensions();
      int[][] paddings = new int[rank][2];
      paddings[axis][by < 0 ? 0 : 1] = 1;
      Operand<TFloat32> padded = tf.pad(x, tf.constant(paddings), tf.constant(0f));
      return Slices.along(tf, padded, axis, by < 0 ? 0 : 1, axis == 1 ? rows : columns);
    }
  }

  private static List<Operand<TFloat32>> tiles(Ops tf, Sizes sizes, Operand<TFloat32> image) {
    List<Operand<TFloat32>> pixels = new ArrayList<>();
    for (Operand<TFloat32> row :
        overlapping(tf, sizes, unstacked(tf, sizes.apart(tf, image), 2), 1)) {
      pixels.addAll(overlapping(tf, sizes, unstacked(tf, row, 3), 2));
    }
    return sizes.flat(tf, onBothSides(tf, B_TRANSPOSED, pixels));
  }

  private static List<Operand<TFloat32>> filter(
      Ops tf, Operand<TFloat32> filter, long in, long out) {
    Operand<TFloat32> taps = tf.reshape(filter, tf.constant(new long[] {3 * 3, in, out}));
    return onBothSides(tf, G, unstacked(tf, taps, 0));
  }

  private static List<Operand<TFloat32>> image(
      Ops tf, Sizes sizes, List<Operand<TFloat32>> productsAndBias) {
    int count = TILE * TILE;
    List<Operand<TFloat32>> products = sizes.square(tf, productsAndBias.subList(0, count));
    return onBothSides(tf, A_TRANSPOSED, products).stream()
        .<Operand<TFloat32>>map(pixel -> tf.math.add(pixel, productsAndBias.get(count)))
        .toList();
  }

  private static List<Operand<TFloat32>> products(Ops tf, Sizes sizes, Operand<TFloat32> image) {
    List<Operand<TFloat32>> pixels = new ArrayList<>();
    for (Operand<TFloat32> row : unstacked(tf, sizes.apart(tf, image), 2)) {
      pixels.addAll(unstacked(tf, row, 3));
    }
    return sizes.flat(tf, onBothSides(tf, transposed(A_TRANSPOSED), pixels));
  }

  private static List<Operand<TFloat32>> tilesGradient(
      Ops tf, Sizes sizes, List<Operand<TFloat32>> gradients) {
    List<Operand<TFloat32>> tiles =
        onBothSides(tf, transposed(B_TRANSPOSED), sizes.square(tf, gradients));
    List<List<Operand<TFloat32>>> rows = new ArrayList<>();
    for (int i = 0; i < TILE; i++) {
      rows.add(overlapAdded(tf, sizes, tiles.subList(i * TILE, (i + 1) * TILE), 2));
    }
    return byColumns(rows, column -> overlapAdded(tf, sizes, column, 1));
  }

  private static List<Operand<TFloat32>> filterGradient(
      Ops tf, List<Operand<TFloat32>> gradients, long in, long out) {
    List<Operand<TFloat32>> taps = onBothSides(tf, transposed(G), gradients);
    return List.of(
        tf.reshape(tf.stack(taps, Stack.axis(0L)), tf.constant(new long[] {3, 3, in, out})));
  }

  private static List<Operand<TFloat32>> unstacked(Ops tf, Operand<TFloat32> x, int axis) {
    return List.copyOf(tf.unstack(x, x.shape().get(axis), Unstack.axis((long) axis)).output());
  }

  // The four pixels between two tiles' beginnings, and one more before and after them.
  private static List<Operand<TFloat32>> overlapping(
      Ops tf, Sizes sizes, List<Operand<TFloat32>> pixels, int axis) {
    List<Operand<TFloat32>> all = new ArrayList<>(pixels);
    all.add(0, sizes.neighbour(tf, pixels.get(STEP - 1), axis, -1));
    all.add(sizes.neighbour(tf, pixels.get(0), axis, 1));
    return all;
  }

  // Its transpose.
  private static List<Operand<TFloat32>> overlapAdded(
      Ops tf, Sizes sizes, List<Operand<TFloat32>> tile, int axis) {
    List<Operand<TFloat32>> pixels = new ArrayList<>(tile.subList(1, TILE - 1));
    pixels.set(0, tf.math.add(pixels.get(0), sizes.neighbour(tf, tile.get(TILE - 1), axis, -1)));
    pixels.set(
        STEP - 1, tf.math.add(pixels.get(STEP - 1), sizes.neighbour(tf, tile.get(0), axis, 1)));
    return pixels;
  }

  // m x m' for a square x of arrays.
  private static List<Operand<TFloat32>> onBothSides(
      Ops tf, double[][] m, List<Operand<TFloat32>> x) {
    int size = m[0].length;
    List<List<Operand<TFloat32>>> rows = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      rows.add(times(tf, m, x.subList(i * size, (i + 1) * size)));
    }
    return byColumns(rows, column -> times(tf, m, column));
  }

  // A function of each column of a rectangle, the results row by row.
  private static List<Operand<TFloat32>> byColumns(
      List<List<Operand<TFloat32>>> rows, UnaryOperator<List<Operand<TFloat32>>> function) {
    List<List<Operand<TFloat32>>> columns = new ArrayList<>();
    for (int j = 0; j < rows.get(0).size(); j++) {
      int place = j;
      columns.add(function.apply(rows.stream().map(row -> row.get(place)).toList()));
    }
    List<Operand<TFloat32>> results = new ArrayList<>();
    for (int i = 0; i < columns.get(0).size(); i++) {
      int place = i;
      columns.forEach(column -> results.add(column.get(place)));
    }
    return results;
  }

  private static List<Operand<TFloat32>> times(
      Ops tf, double[][] m, List<Operand<TFloat32>> vector) {
    List<Operand<TFloat32>> results = new ArrayList<>();
    for (double[] row : m) {
      Operand<TFloat32> sum = null;
      for (int j = 0; j < row.length; j++) {
        if (row[j] != 0) {
          sum = plus(tf, sum, row[j], vector.get(j));
        }
      }
      results.add(sum);
    }
    return results;
  }

  private static Operand<TFloat32> plus(
      Ops tf, @Nullable Operand<TFloat32> sum, double factor, Operand<TFloat32> x) {
    if (sum != null && factor == -1) {
      return tf.math.sub(sum, x);
    }
    Operand<TFloat32> term = factor == 1 ? x : Layers.scale(tf, x, (float) factor);
    return sum == null ? term : tf.math.add(sum, term);
  }

  private static double[][] transposed(double[][] m) {
    double[][] result = new double[m[0].length][m.length];
    for (int i = 0; i < m.length; i++) {
      for (int j = 0; j < m[0].length; j++) {
        result[j][i] = m[i][j];
      }
    }
    return result;
  }
}
