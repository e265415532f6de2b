package org.couplet;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.couplet.chart.Axis;
import org.couplet.chart.Figure;
import org.couplet.chart.LineChart;
import org.couplet.report.MetricsLog;

/**
 * Draws a run's loss, its loss at the first levels and its number of levels N(k), for the README.
 *
 * <pre>
 * mvn -q test-compile
 * java -cp ... org.couplet.DocumentPictures runs/quickstart docs/images/quickstart-loss
 * </pre>
 */
final class DocumentPictures {
  private DocumentPictures() {}

  public static void main(String[] arguments) throws IOException {
    List<Map<String, Double>> lines =
        MetricsLog.read(Path.of(arguments[0]).resolve("metrics.jsonl"));
    Axis step = Axis.linear("training step");
    Figure.write(
        Path.of(arguments[1]),
        List.of(
            new LineChart(
                "Loss of the quickstart",
                step,
                Axis.logarithmic("loss"),
                List.of(
                    curve("loss", "loss", lines),
                    curve("at the first levels", "loss_at_first_levels", lines))),
            new LineChart(
                "Noise levels N(k)",
                step,
                Axis.linear("N"),
                List.of(curve("N", "num_levels", lines)))),
        2);
  }

  private static LineChart.Curve curve(String name, String field, List<Map<String, Double>> lines) {
    return new LineChart.Curve(name, values("step", field, lines), values(field, field, lines));
  }

  // Of the lines that have a field.
  private static double[] values(String name, String field, List<Map<String, Double>> lines) {
    return lines.stream()
        .filter(line -> line.containsKey(field))
        .mapToDouble(line -> line.getOrDefault(name, Double.NaN))
        .toArray();
  }
}
