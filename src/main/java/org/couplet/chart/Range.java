package org.couplet.chart;

import java.util.DoubleSummaryStatistics;
import java.util.stream.DoubleStream;

/** What an axis spans, from {@code low} to {@code high}, both drawable, low below high. */
record Range(Scale scale, double low, double high) {
  // Room beside the outermost points, as a share of the axis.
  private static final double MARGIN = 0.04;
  // Numbers closer than this, relatively, are drawn as equal: ticks between them would not read.
  private static final double EQUAL = 1e-9;
  // Beyond it, on either side of 1, an axis with its margins might overflow.
  private static final double HUGE = 1e250;

  /** The range that shows all drawable values with a margin; 0 to 1, or 0.1 to 1, for none. */
  static Range around(Scale scale, DoubleStream values) {
    DoubleSummaryStatistics seen =
        values.filter(value -> drawable(scale, value)).summaryStatistics();
    if (seen.getCount() == 0) {
      return new Range(scale, scale == Scale.LINEAR ? 0 : 0.1, 1);
    }
    double low = position(scale, seen.getMin());
    double high = position(scale, seen.getMax());
    double magnitude = Math.max(Math.abs(low), Math.abs(high));
    double margin = MARGIN * (high - low);
    if (high - low <= EQUAL * magnitude) {
      margin = scale == Scale.LINEAR ? magnitude / 10 : 0.5;
    }
    if (margin < Double.MIN_NORMAL) {
      margin = 1;
    }
    return new Range(scale, number(scale, low - margin), number(scale, high + margin));
  }

  /** Whether a value has a place on such an axis. */
  static boolean drawable(Scale scale, double value) {
    return Math.abs(value) < HUGE && (scale == Scale.LINEAR || value > 1 / HUGE);
  }

  boolean drawable(double value) {
    return drawable(scale, value);
  }

  /** Where a drawable value stands: 0 at {@code low}, 1 at {@code high}. */
  double fraction(double value) {
    double start = position(scale, low);
    return (position(scale, value) - start) / (position(scale, high) - start);
  }

  private static double position(Scale scale, double value) {
    return scale == Scale.LINEAR ? value : Math.log10(value);
  }

  private static double number(Scale scale, double position) {
    return scale == Scale.LINEAR ? position : Math.pow(10, position);
  }
}
