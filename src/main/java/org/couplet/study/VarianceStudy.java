package org.couplet.study;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.couplet.chart.Axis;
import org.couplet.chart.CurveStatistics;
import org.couplet.chart.LineChart;
import org.couplet.chart.Panel;
import org.couplet.report.MetricsLog;
import org.couplet.report.Table;
import org.couplet.run.RunFolder;
import org.couplet.trial.TrainingVariant;

/** Figure 2: the variance of the gradient's estimator during training, IC against GC. */
final class VarianceStudy implements Study {
  private static final String MEASURED = "gradient_variance";
  private static final List<TrainingVariant> VARIANTS =
      List.of(
          TrainingVariant.independent(),
          TrainingVariant.induced("GC", 1, false),
          TrainingVariant.induced("GC, averaged weights", 1, true));
  // The paper sees the averaged weights smooth the beginning, around step 200 of 10,000.
  private static final double EARLY = 0.1;

  @Override
  public String name() {
    return "variance";
  }

  @Override
  public String summary() {
    return "figure 2: variance of the gradient during training, IC and GC";
  }

  /** What one setting's one coupling showed. */
  private static final class Outcome {
    final CurveStatistics spread = new CurveStatistics();
    double roughness;
    double largestEarly;
    int seeds;

    void add(List<Map<String, Double>> lines) {
      double[] variances = lines.stream().mapToDouble(line -> value(line, MEASURED)).toArray();
      for (Map<String, Double> line : lines) {
        spread.add(value(line, "step"), value(line, MEASURED));
      }
      int early = Math.min(variances.length, (int) Math.ceil(EARLY * variances.length) + 1);
      double squares = 0;
      for (int i = 0; i < early; i++) {
        largestEarly = Math.max(largestEarly, variances[i]);
        squares += i == 0 ? 0 : Math.pow(Math.log(variances[i] / variances[i - 1]), 2);
      }
      roughness += Math.sqrt(squares / Math.max(1, early - 1));
      seeds++;
    }
  }

  @Override
  public void run(StudyContext bench) throws IOException {
    Map<String, List<TrainingVariant.Seeded>> settings = new LinkedHashMap<>();
    List<TrainingVariant.Seeded> all = new ArrayList<>();
    for (Map.Entry<String, Path> setting : bench.settings(Gaussians.BOTH_SETTINGS).entrySet()) {
      List<TrainingVariant.Seeded> wanted =
          bench.seeded(
              setting.getValue(),
              VARIANTS.stream()
                  .map(variant -> variant.also(variant.name(), Gaussians.GRADIENT_VARIANCE))
                  .toList());
      settings.put(setting.getKey(), wanted);
      all.addAll(wanted);
    }
    Map<TrainingVariant.Seeded, RunFolder> runs = bench.train(all);
    List<Panel> panels = new ArrayList<>();
    Table numbers = new Table("setting", "coupling", "seed", "step", MEASURED);
    Table summary =
        new Table(
            "setting", "coupling", "mean", "over_ic", "median", "largest_early", "early_roughness");
    for (Map.Entry<String, List<TrainingVariant.Seeded>> setting : settings.entrySet()) {
      Map<String, Outcome> outcomes = new LinkedHashMap<>();
      for (TrainingVariant.Seeded run : setting.getValue()) {
        RunFolder folder = bench.folder(runs, run);
        List<Map<String, Double>> lines = measured(bench, folder);
        if (lines.size() < 2) {
          throw StudyContext.nothingToMeasure(folder);
        }
        outcomes.computeIfAbsent(run.name(), name -> new Outcome()).add(lines);
        lines.forEach(
            line ->
                numbers.row(
                    setting.getKey(),
                    run.name(),
                    run.seed(),
                    value(line, "step"),
                    value(line, MEASURED)));
      }
      summarize(setting.getKey(), outcomes, summary);
      panels.add(panel(setting.getKey(), outcomes));
    }
    bench.figure(name(), panels, 2);
    bench.table(name(), numbers);
    bench.table(name() + "_summary", summary);
    bench.show(summary);
  }

  private static void summarize(String setting, Map<String, Outcome> outcomes, Table summary) {
    double independent = outcomes.values().iterator().next().spread.mean();
    outcomes.forEach(
        (coupling, outcome) ->
            summary.row(
                setting,
                coupling,
                outcome.spread.mean(),
                outcome.spread.mean() / independent,
                outcome.spread.median(),
                outcome.largestEarly,
                outcome.roughness / outcome.seeds));
  }

  private static Panel panel(String setting, Map<String, Outcome> outcomes) {
    List<LineChart.Curve> drawn = new ArrayList<>();
    outcomes.forEach((coupling, outcome) -> drawn.add(outcome.spread.curve(coupling)));
    return new LineChart(
        "Variance of the gradient, " + setting,
        Axis.linear("training step"),
        Axis.logarithmic("trace of the covariance"),
        drawn);
  }

  private static List<Map<String, Double>> measured(StudyContext bench, RunFolder run)
      throws IOException {
    return MetricsLog.read(run.metrics(), bench.err()).stream()
        .filter(line -> line.containsKey(MEASURED))
        .filter(line -> value(line, "step") <= bench.options().steps())
        .toList();
  }

  private static double value(Map<String, Double> line, String name) {
    return line.getOrDefault(name, Double.NaN);
  }
}
