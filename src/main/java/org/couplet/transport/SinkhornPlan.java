package org.couplet.transport;

import java.util.Arrays;

/**
 * The entropy-regularised transport plan P of Cuturi (2013), "Sinkhorn distances": the least {@code
 * sum P_ij c_ij + epsilon sum P_ij log P_ij} among the plans in which each of the n rows and each
 * of the n columns has mass 1/n.
 *
 * <p>epsilon is regularization times the spread of the costs: the root mean square of what is left
 * of them without their row and column means. A constant added to a row or a column changes no
 * plan, and so must not change epsilon; a mean cost would, and that of images is nearly all
 * constant: {@code ||x||^2 + ||z||^2} beside {@code -2 x.z}. Costs whose spread is no more than the
 * rounding of floats have the uniform plan.
 *
 * <p>The kernel is {@code exp(-r_ij / epsilon)} with the reduced costs r of the exact assignment,
 * whose row and column prices change the scalings and not the plan. So each row and column begins
 * with a 1 and nothing above, all later sums stay in [1/n, n] whatever epsilon is, and the start is
 * near the plan where epsilon is small.
 */
public final class SinkhornPlan {
  private final int size;
  private final double[] conditional; // [size, size]; each row sums to 1

  private SinkhornPlan(int size, double[] conditional) {
    this.size = size;
    this.conditional = conditional;
  }

  /**
   * The plan after some iterations, each of which scales the columns, then the rows. So rows have
   * their mass to rounding; columns come near theirs with more iterations, and need more of them
   * the smaller epsilon is.
   *
   * @param costs [size, size], row-major, finite; negative costs are fine
   * @param size number of rows and of columns, at least 1
   * @param regularization epsilon in units of the costs' spread, > 0; towards 0 the plan becomes
   *     the exact assignment, towards infinity uniform
   * @param iterations at least 1
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public static SinkhornPlan solve(float[] costs, int size, double regularization, int iterations) {
    if (!(regularization > 0 && Double.isFinite(regularization))) {
      throw new IllegalArgumentException("regularization must be positive, not " + regularization);
    }
    if (iterations < 1) {
      throw new IllegalArgumentException("need at least 1 iteration, not " + iterations);
    }
    double[] plan = ExactAssignment.withPrices(costs, size).reducedCosts();
    double spread = spread(plan, size);
    double epsilon = spread <= rounding(costs) ? Double.POSITIVE_INFINITY : regularization * spread;
    for (int i = 0; i < plan.length; i++) {
      // StrictMath: Math.exp may change its last bit once compiled, and a resumed run must not.
      plan[i] = plan[i] == 0 ? 1 : StrictMath.exp(-plan[i] / epsilon);
    }
    scale(plan, size, iterations);
    return new SinkhornPlan(size, plan);
  }

  /** The mass that goes from a row to a column, in [0, 1/size]; all masses sum to 1. */
  public double mass(int row, int column) {
    return conditional[row * size + column] / size;
  }

  /**
   * Draws a column for each row from the row's conditional distribution {@code P_ij / sum_j P_ij}.
   * Each row is drawn for once; a column can come several times or never.
   *
   * @param uniforms [size], in [0, 1); row i gets the first column up to which the distribution
   *     sums to more than {@code uniforms[i]}
   * @return [size], columns
   * @throws IllegalArgumentException if a uniform is outside [0, 1) or their number isn't size
   */
  public int[] draw(double[] uniforms) {
    if (uniforms.length != size) {
      throw new IllegalArgumentException(uniforms.length + " uniforms for " + size + " rows");
    }
    int[] columns = new int[size];
    for (int row = 0; row < size; row++) {
      columns[row] = draw(row, uniforms[row]);
    }
    return columns;
  }

  private int draw(int row, double uniform) {
    if (!(uniform >= 0 && uniform < 1)) {
      throw new IllegalArgumentException("the uniform of row " + row + " is " + uniform);
    }
    // Where the rounded sum stays below the uniform, the last column with any mass is meant.
    int drawn = 0;
    double sum = 0;
    for (int column = 0; column < size && sum <= uniform; column++) {
      double probability = conditional[row * size + column];
      sum += probability;
      drawn = probability > 0 ? column : drawn;
    }
    return drawn;
  }

  // In place, one pass over the matrix for each iteration: columns' factors wait for the next one.
  private static void scale(double[] plan, int size, int iterations) {
    double[] factors = new double[size]; // of columns
    double[] sums = new double[size]; // of columns
    double[] line = new double[size];
    Arrays.fill(factors, 1);
    for (int iteration = 0; iteration <= iterations; iteration++) {
      Arrays.fill(sums, 0);
      for (int row = 0; row < size; row++) {
        System.arraycopy(plan, row * size, line, 0, size);
        multiply(line, factors);
        normalise(line, sums);
        System.arraycopy(line, 0, plan, row * size, size);
      }
      for (int column = 0; column < size; column++) {
        factors[column] = 1 / sums[column];
      }
    }
  }

  private static void multiply(double[] values, double[] factors) {
    for (int j = 0; j < values.length; j++) {
      values[j] *= factors[j];
    }
  }

  // Makes the values sum to 1, and adds them to the columns' sums.
  private static void normalise(double[] values, double[] sums) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    double factor = 1 / sum;
    for (int j = 0; j < values.length; j++) {
      values[j] *= factor;
      sums[j] += values[j];
    }
  }

  // Root mean square without the means of rows and columns.
  private static double spread(double[] values, int size) {
    double[] rowMeans = new double[size];
    double[] columnMeans = new double[size];
    double mean = 0;
    for (int row = 0; row < size; row++) {
      for (int column = 0; column < size; column++) {
        double share = values[row * size + column] / size;
        rowMeans[row] += share;
        columnMeans[column] += share;
      }
      mean += rowMeans[row] / size;
    }
    double squares = 0;
    for (int row = 0; row < size; row++) {
      double rowRest = rowMeans[row] - mean;
      for (int column = 0; column < size; column++) {
        double rest = values[row * size + column] - columnMeans[column] - rowRest;
        squares += rest * rest;
      }
    }
    return Math.sqrt(squares / values.length);
  }

  // More than floats of this size err by, as a root mean square.
  private static double rounding(float[] costs) {
    float largest = 0;
    for (float cost : costs) {
      largest = Math.max(largest, Math.abs(cost));
    }
    return largest * 0x1p-24;
  }
}
