package org.couplet.chart;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;

/**
 * Draws the curves of docs/studies.md, "When GC pays", from the numbers beside it: means over the
 * seeds within their range.
 *
 * <pre>
 * mvn -q test-compile
 * java -cp ... org.couplet.chart.CouplingCurves docs/studies docs/images/gc-when-it-pays
 * </pre>
 */
final class CouplingCurves {
  private static final List<String> METHODS =
      List.of("IC", "batch-OT", "GC(0.5)", "GC(0.5), noise removed");

  private CouplingCurves() {}

  public static void main(String[] folderAndFigure) throws IOException {
    Path folder = Path.of(folderAndFigure[0]);
    List<CSVRecord> shapes = records(folder.resolve("gc_shapes_curves.csv"));
    List<CSVRecord> cifar = records(folder.resolve("gc_cifar10_curves.csv"));
    Figure.write(
        Path.of(folderAndFigure[1]),
        List.of(
            panel("Shapes, N from 10 to 20", shapes, "levels", "growing"),
            panel("Shapes, N = 20", shapes, "levels", "N = 20"),
            panel("CIFAR-10, 0.3 M weights, N from 10 to 160", cifar, "weights", "0.3 M"),
            panel("CIFAR-10, 1.9 M weights, N from 10 to 160", cifar, "weights", "1.9 M")),
        2);
  }

  private static List<CSVRecord> records(Path file) throws IOException {
    CSVFormat named = CSVFormat.DEFAULT.builder().setHeader().setSkipHeaderRecord(true).get();
    try (Reader reader = Files.newBufferedReader(file)) {
      return named.parse(reader).getRecords();
    }
  }

  // Of the rows that have the value in the column.
  private static Panel panel(String title, List<CSVRecord> rows, String column, String value) {
    Map<String, CurveStatistics> curves = new LinkedHashMap<>();
    METHODS.forEach(method -> curves.put(method, new CurveStatistics()));
    for (CSVRecord row : rows) {
      if (row.get(column).equals(value) && curves.containsKey(row.get("method"))) {
        curves
            .get(row.get("method"))
            .add(
                Double.parseDouble(row.get("step")),
                Double.parseDouble(row.get("frechet_random_features")));
      }
    }
    return new LineChart(
        title,
        Axis.linear("training step"),
        Axis.logarithmic("Frechet distance, random features"),
        curves.entrySet().stream().map(entry -> entry.getValue().curve(entry.getKey())).toList());
  }
}
