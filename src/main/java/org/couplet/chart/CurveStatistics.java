package org.couplet.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.couplet.chart.LineChart.Curve;

/** Several seeds' values along one axis, drawn as their mean within their range. */
public final class CurveStatistics {
  private final TreeMap<Double, List<Double>> values = new TreeMap<>();

  /** Adds one seed's value at x. */
  public void add(double x, double y) {
    values.computeIfAbsent(x, key -> new ArrayList<>()).add(y);
  }

  /** The mean at every x, with the band from least to greatest. */
  public Curve curve(String name) {
    int n = values.size();
    double[] x = new double[n];
    double[] mean = new double[n];
    double[] low = new double[n];
    double[] high = new double[n];
    int i = 0;
    for (Map.Entry<Double, List<Double>> entry : values.entrySet()) {
      var statistics = entry.getValue().stream().mapToDouble(y -> y).summaryStatistics();
      x[i] = entry.getKey();
      mean[i] = statistics.getAverage();
      low[i] = statistics.getMin();
      high[i] = statistics.getMax();
      i++;
    }
    return new Curve(name, x, mean, low, high);
  }

  /** Mean over all x of the seeds' mean. */
  public double mean() {
    return values.values().stream()
        .mapToDouble(ys -> ys.stream().mapToDouble(y -> y).average().orElse(Double.NaN))
        .average()
        .orElse(Double.NaN);
  }

  /** Median over all x and seeds. */
  public double median() {
    double[] sorted =
        values.values().stream().flatMap(List::stream).mapToDouble(y -> y).sorted().toArray();
    int n = sorted.length;
    return n == 0 ? Double.NaN : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }
}
