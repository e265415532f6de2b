package org.couplet.selftest;

import java.util.SplittableRandom;

/**
 * An outer product of two vectors, row-major: an array whose every value is known from few numbers.
 * The values are 1/2 and 1 with either sign, so that products are exact in every floating-point
 * type and sums are exact in float32.
 */
final class Outer {
  private static final double[] FACTORS = {1, -1, 0.5, -0.5};

  private final double[] rows;
  private final double[] columns;

  /** The product of two vectors, which become its own. */
  Outer(double[] rows, double[] columns) {
    this.rows = rows;
    this.columns = columns;
  }

  /** Random factors. */
  static double[] random(SplittableRandom random, long size) {
    double[] values = new double[Math.toIntExact(size)];
    long bits = 0;
    for (int i = 0; i < values.length; i++) {
      bits = i % (Long.SIZE / 2) == 0 ? random.nextLong() : bits >>> 2;
      values[i] = FACTORS[(int) bits & 3];
    }
    return values;
  }

  /** Random factors whose product with the given ones is not near 0. */
  static double[] aligned(SplittableRandom random, double[] with) {
    double[] agreeing = agreeing(random, with);
    double[] values = agreeing.clone();
    for (int i = 0; i < values.length; i++) {
      values[i] *= random.nextInt(4) == 0 ? -1 : 1;
    }
    return dot(values, with) < dot(agreeing, with) / 4 ? agreeing : values;
  }

  /** Random factors of the same signs as the given ones. */
  static double[] agreeing(SplittableRandom random, double[] with) {
    double[] values = random(random, with.length);
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.signum(with[i]) * Math.abs(values[i]);
    }
    return values;
  }

  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  static double[] scaled(double[] values, double factor) {
    double[] scaled = values.clone();
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] *= factor;
    }
    return scaled;
  }

  /** All products of a value of {@code a} and one of {@code b}, row-major. */
  static double[] product(double[] a, double[] b) {
    double[] products = new double[Math.multiplyExact(a.length, b.length)];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < b.length; j++) {
        products[i * b.length + j] = a[i] * b[j];
      }
    }
    return products;
  }

  int size() {
    return Math.multiplyExact(rows.length, columns.length);
  }

  float[] values() {
    float[] values = new float[size()];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < columns.length; j++) {
        values[i * columns.length + j] = (float) (rows[i] * columns[j]);
      }
    }
    return values;
  }

  /** Root of the mean square. */
  double scale() {
    return Math.sqrt(dot(rows, rows) / rows.length * (dot(columns, columns) / columns.length));
  }

  /** The largest difference of any value, over {@link #scale}; NaN counts as infinite. */
  double error(float[] actual) {
    double largest = 0;
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < columns.length; j++) {
        double difference = Math.abs(actual[i * columns.length + j] - rows[i] * columns[j]);
        if (!(difference <= largest)) {
          largest = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
        }
      }
    }
    return largest == 0 ? 0 : largest / scale();
  }
}
