package org.couplet.study;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.ToDoubleFunction;
import org.couplet.chart.Axis;
import org.couplet.chart.CurveStatistics;
import org.couplet.chart.LineChart;
import org.couplet.config.proto.Experiment;
import org.couplet.data.Dataset;
import org.couplet.io.InvalidInputException;
import org.couplet.program.TrainingProgram;
import org.couplet.report.MetricsLog;
import org.couplet.report.Progress;
import org.couplet.report.Table;
import org.couplet.run.Checkpoints;
import org.couplet.run.RunFolder;
import org.couplet.trial.RunClock;
import org.couplet.trial.TrainingVariant;

/**
 * Several ways to train, and how good their samples are along the training: table 1 and figures 5
 * and 6.
 *
 * @param name of the study
 * @param summary in one line
 * @param variants to compare, given the experiment that they vary and the mixing factors asked for
 */
record ComparisonStudy(
    String name,
    String summary,
    BiFunction<Experiment, List<Double>, List<TrainingVariant>> variants)
    implements Study {
  private static final String MIXING = "mixing";

  /** Figure 6. */
  static ComparisonStudy mixing() {
    return new ComparisonStudy(
        MIXING,
        "figure 6: samples of IC, batch-OT and GC(mu), against steps and seconds",
        (base, mus) -> {
          List<TrainingVariant> variants =
              new ArrayList<>(
                  List.of(TrainingVariant.independent(), TrainingVariant.batchTransport()));
          mus.forEach(mu -> variants.add(TrainingVariant.induced(mu)));
          return variants;
        });
  }

  /** Figure 5 (a). */
  static ComparisonStudy schedule() {
    return new ComparisonStudy(
        "schedule",
        "figure 5a: samples of GC(1) with growing and with constant numbers of levels",
        (base, mus) -> {
          // The experiment's own growth, where it has one.
          String[] growing =
              base.getConsistency().getLevels().hasExponential()
                  ? new String[0]
                  : new String[] {"consistency.levels={exponential{}}"};
          List<TrainingVariant> variants = new ArrayList<>();
          variants.add(TrainingVariant.independent().also("IC, growing N", growing));
          variants.add(TrainingVariant.induced("GC", 1, true).also("GC, growing N", growing));
          for (int count : new int[] {10, 20, 40, 80}) {
            variants.add(
                TrainingVariant.induced("GC", 1, true)
                    .also(
                        "GC, N = " + count, "consistency.levels={constant{count:" + count + "}}"));
          }
          return variants;
        });
  }

  /** Figure 5 (b). */
  static ComparisonStudy ema() {
    return new ComparisonStudy(
        "ema",
        "figure 5b: samples of GC(0.5) by averaged and by online weights",
        (base, mus) ->
            List.of(
                TrainingVariant.induced("GC(0.5), averaged weights", 0.5, true),
                TrainingVariant.induced("GC(0.5), online weights", 0.5, false)));
  }

  /** Table 1. */
  static ComparisonStudy components() {
    return new ComparisonStudy(
        "components",
        "table 1: samples of IC with EDM or bridge process, Adam or Lion",
        (base, mus) -> {
          if (base.getDataset().hasGaussians()) {
            throw new InvalidInputException("table 1 compares processes on images; give --config");
          }
          String edm = "consistency.process={variance_exploding{}}";
          String bridge = "consistency.process={bridge{}}";
          return List.of(
              TrainingVariant.independent().also("EDM, Adam", edm, "optimizer.adam={}"),
              TrainingVariant.independent().also("EDM, Lion", edm, "optimizer.lion={}"),
              TrainingVariant.independent().also("bridge, Lion", bridge, "optimizer.lion={}"));
        });
  }

  /** One measured checkpoint. */
  private record Point(long step, double seconds, double value) {}

  @Override
  public Set<String> options() {
    Set<String> options = new HashSet<>(TRAINING_OPTIONS);
    options.addAll(List.of("seconds", "samples", "features"));
    if (name.equals(MIXING)) {
      options.add("mu");
    }
    return options;
  }

  @Override
  public void run(StudyContext bench) throws IOException {
    Path base = bench.settings(Gaussians.ONE_MODE).values().iterator().next();
    Experiment first = bench.consistency(base);
    List<TrainingVariant.Seeded> wanted =
        bench.seeded(base, variants.apply(first, bench.options().mus()));
    // Opened before anything is trained: what can be refused is.
    try (Dataset dataset = Dataset.open(first.getDataset());
        SampleMetric quality = quality(bench, dataset)) {
      Map<TrainingVariant.Seeded, RunFolder> runs =
          bench.train(wanted, bench.options().steps(), bench.options().seconds());
      draw(bench, quality, curves(bench, runs, quality));
    }
  }

  private static SampleMetric quality(StudyContext bench, Dataset dataset) throws IOException {
    return dataset.elementShape().numDimensions() == 1
        ? new PointMetric(dataset)
        : FeatureMetric.open(bench, dataset);
  }

  private Map<TrainingVariant.Seeded, List<Point>> curves(
      StudyContext bench, Map<TrainingVariant.Seeded, RunFolder> runs, SampleMetric quality)
      throws IOException {
    Map<TrainingVariant.Seeded, List<Point>> curves = new LinkedHashMap<>();
    try (Progress progress = new Progress("measure", runs.size(), bench.err())) {
      int done = 0;
      for (Map.Entry<TrainingVariant.Seeded, RunFolder> run : runs.entrySet()) {
        curves.put(
            run.getKey(), measured(bench, run.getValue(), run.getKey().experiment(), quality));
        done++;
        progress.stepTo(done, run.getKey().name());
      }
    }
    return curves;
  }

  // Each checkpoint is measured once, whichever studies ask for it.
  private static List<Point> measured(
      StudyContext bench, RunFolder run, Experiment experiment, SampleMetric quality)
      throws IOException {
    Checkpoints checkpoints = new Checkpoints(run.checkpoints(), 1);
    RunClock clock = RunClock.of(MetricsLog.read(run.metrics(), bench.err()));
    List<Long> steps =
        bench.measured(run, experiment).stream()
            .filter(step -> bench.isWithinTime(clock.seconds(step)))
            .toList();
    if (steps.isEmpty()) {
      throw StudyContext.nothingToMeasure(run);
    }
    Path file = run.root().resolve("measurements").resolve(quality.key() + ".csv");
    Map<Long, Double> known = new LinkedHashMap<>();
    if (Files.exists(file)) {
      Table table = Table.read(file, "step", "value");
      for (int row = 0; row < table.size(); row++) {
        known.put((long) table.number(row, "step"), table.number(row, "value"));
      }
    }
    if (!known.keySet().containsAll(steps)) {
      try (TrainingProgram program =
          TrainingProgram.load(run.program(), experiment.getRuntime().getThreads())) {
        for (long step : steps) {
          if (!known.containsKey(step)) {
            bench.checkInterrupted();
            program.restore(checkpoints.at(step));
            known.put(step, quality.of(program.average()));
            save(file, known);
            bench
                .err()
                .printf(Locale.ROOT, "%s: step %d: %.4g%n", run.root(), step, known.get(step));
          }
        }
      }
    }
    return steps.stream()
        .map(step -> new Point(step, clock.seconds(step), known.getOrDefault(step, Double.NaN)))
        .toList();
  }

  private static void save(Path file, Map<Long, Double> known) throws IOException {
    Files.createDirectories(file.getParent());
    Table table = new Table("step", "value");
    known.forEach((step, value) -> table.row(step, value));
    table.write(file);
  }

  private void draw(
      StudyContext bench, SampleMetric quality, Map<TrainingVariant.Seeded, List<Point>> curves)
      throws IOException {
    bench.figure(
        name,
        List.of(
            new LineChart(
                "Samples against steps",
                Axis.linear("training step"),
                Axis.logarithmic(quality.label()),
                bySteps(curves)),
            new LineChart(
                "Samples against time",
                Axis.linear("seconds of training"),
                Axis.logarithmic(quality.label()),
                bySeconds(curves))),
        2);
    Table numbers = new Table("method", "seed", "step", "seconds", "value");
    Table summary = new Table("method", "seed", "steps", "seconds", "last", "best", "at_step");
    curves.forEach(
        (run, points) -> {
          points.forEach(
              point ->
                  numbers.row(
                      run.name(), run.seed(), point.step(), point.seconds(), point.value()));
          Point last = points.get(points.size() - 1);
          Point best = Collections.min(points, Comparator.comparingDouble(Point::value));
          summary.row(
              run.name(),
              run.seed(),
              last.step(),
              last.seconds(),
              last.value(),
              best.value(),
              best.step());
        });
    bench.table(name, numbers);
    bench.table(name + "_summary", summary);
    bench.show(summary);
  }

  private static List<LineChart.Curve> bySteps(Map<TrainingVariant.Seeded, List<Point>> curves) {
    List<LineChart.Curve> drawn = new ArrayList<>();
    spreads(curves, Point::value).forEach((method, values) -> drawn.add(values.curve(method)));
    return drawn;
  }

  // A method's seeds are at the same steps; their mean times are its places.
  private static List<LineChart.Curve> bySeconds(Map<TrainingVariant.Seeded, List<Point>> curves) {
    Map<String, CurveStatistics> times = spreads(curves, Point::seconds);
    List<LineChart.Curve> drawn = new ArrayList<>();
    for (LineChart.Curve steps : bySteps(curves)) {
      CurveStatistics time = times.getOrDefault(steps.name(), new CurveStatistics());
      drawn.add(
          new LineChart.Curve(
              steps.name(), time.curve("").y(), steps.y(), steps.low(), steps.high()));
    }
    return drawn;
  }

  // Of every method, over its steps.
  private static Map<String, CurveStatistics> spreads(
      Map<TrainingVariant.Seeded, List<Point>> curves, ToDoubleFunction<Point> quantity) {
    Map<String, CurveStatistics> spreads = new LinkedHashMap<>();
    curves.forEach(
        (run, points) ->
            points.forEach(
                point ->
                    spreads
                        .computeIfAbsent(run.name(), method -> new CurveStatistics())
                        .add((double) point.step(), quantity.applyAsDouble(point))));
    return spreads;
  }
}
