package org.couplet.transport;

import java.util.Arrays;

/**
 * The permutation of least total cost, by shortest augmenting paths as in Jonker and Volgenant
 * (1987), "A shortest augmenting path algorithm for dense and sparse linear assignment problems".
 *
 * <p>Every column j has a price v_j such that an assigned row i has the least {@code c_ij - v_j} in
 * its own column. Rows enter one by one: each takes the path to a free column that costs least at
 * these prices, and the prices change so that the rule holds again. The result is the optimum up to
 * the rounding of doubles. Time is cubic in the size at worst.
 */
public final class ExactAssignment {
  private static final int FREE = -1;

  private final float[] costs; // [size, size]
  private final int size;
  private final double[] prices; // [size], of columns
  private final int[] columnOf;
  private final int[] rowOf;

  // One search. A column is open until its distance is final.
  private final double[] openPrices; // prices, -infinity where no longer open
  private final double[] openDistances; // best so far, +infinity where no longer open
  private final double[] finalDistances;
  private final int[] reachedRows; // in the order of their distances
  private final double[] offsets; // of the reached rows: cost - price - offset is a distance

  private ExactAssignment(float[] costs, int size) {
    this.costs = costs;
    this.size = size;
    prices = new double[size];
    columnOf = new int[size];
    rowOf = new int[size];
    openPrices = new double[size];
    openDistances = new double[size];
    finalDistances = new double[size];
    reachedRows = new int[size];
    offsets = new double[size];
  }

  /**
   * The column of each row. The same costs give the same answer on every machine, also where
   * several permutations are equally good.
   *
   * @param costs [size, size], row-major, finite; negative costs are fine
   * @param size number of rows and of columns, at least 1
   * @return [size], a permutation of 0..size-1
   * @throws IllegalArgumentException if a cost isn't finite or their number isn't size * size
   */
  public static int[] solve(float[] costs, int size) {
    return withPrices(costs, size).columnOf;
  }

  static ExactAssignment withPrices(float[] costs, int size) {
    check(costs, size);
    ExactAssignment assignment = new ExactAssignment(costs, size);
    assignment.start();
    for (int row = 0; row < size; row++) {
      if (assignment.columnOf[row] == FREE) {
        assignment.augment(row);
      }
    }
    return assignment;
  }

  /**
   * What the prices leave of the costs, {@code (c_ij - v_j) - u_i} with row i's price u_i such that
   * its own column keeps exactly 0.
   *
   * @return [size, size], row-major, at least 0
   */
  double[] reducedCosts() {
    double[] reduced = new double[size * size];
    for (int row = 0; row < size; row++) {
      double rowPrice = reduced(row, columnOf[row]);
      for (int column = 0; column < size; column++) {
        // Below 0 only by a rounding.
        reduced[row * size + column] = Math.max(0, reduced(row, column) - rowPrice);
      }
    }
    return reduced;
  }

  private static void check(float[] costs, int size) {
    if (size < 1 || costs.length != (long) size * size) {
      throw new IllegalArgumentException(
          costs.length + " costs are not a square matrix of " + size + " rows, at least 1");
    }
    for (int i = 0; i < costs.length; i++) {
      if (!Float.isFinite(costs[i])) {
        throw new IllegalArgumentException(
            "the cost of row %d, column %d is %s".formatted(i / size, i % size, costs[i]));
      }
    }
  }

  // A column's first price is its least cost. A row takes its best column where that is free.
  private void start() {
    Arrays.fill(columnOf, FREE);
    Arrays.fill(rowOf, FREE);
    Arrays.fill(prices, Double.POSITIVE_INFINITY);
    for (int row = 0; row < size; row++) {
      for (int column = 0; column < size; column++) {
        prices[column] = Math.min(prices[column], costs[row * size + column]);
      }
    }
    for (int row = 0; row < size; row++) {
      int best = 0;
      for (int column = 1; column < size; column++) {
        double better = reduced(row, best) - reduced(row, column);
        if (better > 0 || (better == 0 && rowOf[best] != FREE)) {
          best = column;
        }
      }
      if (rowOf[best] == FREE) {
        columnOf[row] = best;
        rowOf[best] = row;
      }
    }
  }

  // Dijkstra's search from a free row to the nearest free column.
  private void augment(int start) {
    System.arraycopy(prices, 0, openPrices, 0, size);
    Arrays.fill(openDistances, Double.POSITIVE_INFINITY);
    int count = 0;
    int row = start;
    int column = FREE;
    double distance = 0;
    double offset = 0;
    while (row != FREE) {
      reachedRows[count] = row;
      offsets[count++] = offset;
      shorten(openDistances, costs, row * size, openPrices, offset);
      column = least(openDistances);
      distance = openDistances[column];
      finalDistances[column] = distance;
      row = rowOf[column];
      if (row != FREE) {
        openDistances[column] = Double.POSITIVE_INFINITY;
        openPrices[column] = Double.NEGATIVE_INFINITY;
        offset = reduced(row, column) - distance;
      }
    }
    flip(start, column);
    for (int closed = 0; closed < size; closed++) {
      if (openDistances[closed] == Double.POSITIVE_INFINITY) {
        prices[closed] += finalDistances[closed] - distance;
      }
    }
  }

  // Most of the time goes here; so it has no branches, and notes no predecessors.
  private static void shorten(
      double[] distances, float[] costs, int first, double[] prices, double offset) {
    for (int j = 0; j < distances.length; j++) {
      distances[j] = Math.min(distances[j], costs[first + j] - prices[j] - offset);
    }
  }

  private static int least(double[] values) {
    int least = 0;
    double value = values[0];
    for (int j = 1; j < values.length; j++) {
      if (values[j] < value) {
        value = values[j];
        least = j;
      }
    }
    return least;
  }

  // Walks the path backwards, giving each column on it to the row before.
  private void flip(int start, int end) {
    int column = end;
    int row;
    do {
      row = before(column);
      int left = columnOf[row];
      columnOf[row] = column;
      rowOf[column] = row;
      column = left;
    } while (row != start);
  }

  // The first row that gave the column its distance: the same arithmetic gives the same bits.
  private int before(int column) {
    int k = 0;
    while (reduced(reachedRows[k], column) - offsets[k] != finalDistances[column]) {
      k++;
    }
    return reachedRows[k];
  }

  private double reduced(int row, int column) {
    return costs[row * size + column] - prices[column];
  }
}
