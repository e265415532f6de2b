package org.couplet.metric;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Precision and recall of generated features (Kynkaanniemi et al. 2019). A set's manifold is the
 * union of balls around its rows, each as wide as the way to the row's k-th nearest neighbour in
 * the set. Time grows with the square of the rows, memory with the rows.
 *
 * @param precision share of the generated rows that lie in the manifold of the real ones, 0..1
 * @param recall share of the real rows that lie in the manifold of the generated ones, 0..1
 * @param k which neighbour
 */
public record PrecisionRecall(double precision, double recall, int k) {
  private static final int NEIGHBOUR = 3;
  private static final int BLOCK_ROWS = 1024;

  /** The same with the paper's third neighbour. */
  public static PrecisionRecall measure(FeatureRows real, FeatureRows generated) {
    return measure(real, generated, NEIGHBOUR);
  }

  /**
   * Measures.
   *
   * @param real [n, dimension], more than k rows
   * @param generated [m, dimension], more than k rows
   * @param k at least 1
   */
  public static PrecisionRecall measure(FeatureRows real, FeatureRows generated, int k) {
    real.requireLike(generated);
    if (k < 1 || real.count() <= k || generated.count() <= k) {
      throw new IllegalArgumentException(
          "k = %d needs more than %<d images on each side, got %d and %d"
              .formatted(k, real.count(), generated.count()));
    }
    double[] centre = real.mean();
    double[] realRadii = radii(real, centre, k);
    double[] generatedRadii = radii(generated, centre, k);
    boolean[] realFound = new boolean[real.count()];
    boolean[] generatedFound = new boolean[generated.count()];
    for (int i = 0; i < real.count(); i += BLOCK_ROWS) {
      Block rows = Block.of(real, i, centre);
      for (int j = 0; j < generated.count(); j += BLOCK_ROWS) {
        rows.distances(
            Block.of(generated, j, centre),
            (row, other, squared) -> {
              generatedFound[other] |= squared <= realRadii[row];
              realFound[row] |= squared <= generatedRadii[other];
            });
      }
    }
    return new PrecisionRecall(share(generatedFound), share(realFound), k);
  }

  // Squared distance of each row to its k-th nearest neighbour.
  private static double[] radii(FeatureRows set, double[] centre, int k) {
    double[] nearest = new double[Math.multiplyExact(set.count(), k)]; // [rows, k], rising
    Arrays.fill(nearest, Double.POSITIVE_INFINITY);
    for (int i = 0; i < set.count(); i += BLOCK_ROWS) {
      Block rows = Block.of(set, i, centre);
      // A pair is met once and counts for both.
      for (int j = i; j < set.count(); j += BLOCK_ROWS) {
        rows.distances(
            Block.of(set, j, centre),
            (row, other, squared) -> {
              if (row < other) {
                offer(nearest, k, row, squared);
                offer(nearest, k, other, squared);
              }
            });
      }
    }
    return IntStream.range(0, set.count()).mapToDouble(row -> nearest[row * k + k - 1]).toArray();
  }

  private static void offer(double[] nearest, int k, int row, double squared) {
    int place = row * k + k - 1;
    if (squared >= nearest[place]) {
      return;
    }
    for (; place > row * k && nearest[place - 1] > squared; place--) {
      nearest[place] = nearest[place - 1];
    }
    nearest[place] = squared;
  }

  private static double share(boolean[] found) {
    return IntStream.range(0, found.length).filter(i -> found[i]).count() / (double) found.length;
  }

  /** Takes the distance of a pair of rows. */
  @FunctionalInterface
  private interface OfPair {
    void accept(int row, int other, double squared);
  }

  /**
   * Some rows of a set.
   *
   * @param first index of the first
   * @param values [n, dimension], centred: of far rows ||x||^2 + ||y||^2 - 2 x.y would be rounding
   * @param squares ||x||^2 of each
   */
  @SuppressWarnings("ArrayRecordComponent") // made once and only read
  private record Block(int first, double[] values, double[] squares) {
    static Block of(FeatureRows set, int first, double[] centre) {
      int rows = Math.min(BLOCK_ROWS, set.count() - first);
      double[] values = set.doubles(IntStream.range(first, first + rows).toArray());
      double[] squares = new double[rows];
      for (int i = 0; i < values.length; i++) {
        values[i] -= centre[i % centre.length];
        squares[i / centre.length] += values[i] * values[i];
      }
      return new Block(first, values, squares);
    }

    void distances(Block other, OfPair action) {
      int rows = squares.length;
      int columns = other.squares.length;
      int dimension = values.length / rows;
      double[] products = new double[rows * columns];
      LinearAlgebra.addProduct(
          false, values, true, other.values, rows, dimension, columns, products);
      double rounding = dimension * Math.ulp(1.0);
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          double sum = squares[i] + other.squares[j];
          double squared = sum - 2 * products[i * columns + j];
          // Copies of a row are at distance 0, not at one of rounding's making.
          action.accept(first + i, other.first + j, squared > rounding * sum ? squared : 0);
        }
      }
    }
  }
}
