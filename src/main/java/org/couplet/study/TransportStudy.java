package org.couplet.study;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.couplet.chart.Axis;
import org.couplet.chart.CloudChart;
import org.couplet.chart.CurveStatistics;
import org.couplet.chart.LineChart;
import org.couplet.chart.Palette;
import org.couplet.chart.Panel;
import org.couplet.config.proto.Experiment;
import org.couplet.data.Batch;
import org.couplet.data.Batches;
import org.couplet.data.Dataset;
import org.couplet.program.CoupledPoints;
import org.couplet.program.ScheduledValues;
import org.couplet.program.TrainingBatch;
import org.couplet.program.TrainingProgram;
import org.couplet.report.Table;
import org.couplet.run.Checkpoints;
import org.couplet.run.RunFolder;
import org.couplet.train.Schedules;
import org.couplet.train.Training;
import org.couplet.trial.TrainingVariant;

/**
 * Figures 3 and 8: the cost of transport from noisy points to their data, E||x - x_t||^2 under the
 * independent and E||x_hat - x~_t||^2 under the generator-induced coupling.
 */
final class TransportStudy implements Study {
  // The paper's model is half trained.
  private static final long TRAINED_STEPS = 2000;
  private static final int BATCHES = 8;
  private static final long SEED = 1234;
  private static final int DRAWN_POINTS = 400;
  // Where the two are the same number, its rounding must not decide.
  private static final double ROUNDING = 1e-5;

  @Override
  public String name() {
    return "transport";
  }

  @Override
  public String summary() {
    return "figures 3 and 8: transport costs of IC and GC points, and where the points are";
  }

  @Override
  public void run(StudyContext bench) throws IOException {
    Map<String, List<TrainingVariant.Seeded>> settings = new LinkedHashMap<>();
    List<TrainingVariant.Seeded> all = new ArrayList<>();
    for (Map.Entry<String, Path> setting : bench.settings(Gaussians.ALL_PROCESSES).entrySet()) {
      List<TrainingVariant.Seeded> wanted =
          bench.seeded(setting.getValue(), List.of(TrainingVariant.induced("GC", 1, true)));
      settings.put(setting.getKey(), wanted);
      all.addAll(wanted);
    }
    Map<TrainingVariant.Seeded, RunFolder> runs = bench.train(all, steps(bench), Long.MAX_VALUE);
    List<Panel> panels = new ArrayList<>();
    Table numbers = new Table("setting", "seed", "level", "sigma", "cost_ic", "cost_gc");
    Table summary = new Table("setting", "levels", "levels_gc_not_costlier", "mean_gc_over_ic");
    for (Map.Entry<String, List<TrainingVariant.Seeded>> setting : settings.entrySet()) {
      List<Cost> costs = new ArrayList<>();
      for (TrainingVariant.Seeded run : setting.getValue()) {
        List<Cost> one = costs(bench, bench.folder(runs, run), run.experiment());
        one.forEach(cost -> cost.write(setting.getKey(), run.seed(), numbers));
        costs.addAll(one);
      }
      summary.row(
          setting.getKey(),
          costs.size(),
          costs.stream().filter(Cost::isNoDearer).count(),
          costs.stream().mapToDouble(Cost::ratio).average().orElse(Double.NaN));
      panels.addAll(
          panels(", " + setting.getKey(), costs, costs.size() / setting.getValue().size()));
    }
    bench.figure(name(), panels, 2);
    bench.table(name(), numbers);
    bench.table(name() + "_summary", summary);
    bench.show(summary);
  }

  // The points are the first seed's, half way between data and noise.
  private static List<Panel> panels(String suffix, List<Cost> costs, int levels) {
    List<Panel> panels = new ArrayList<>();
    List<CloudChart.Cloud> clouds = halfWay(costs.subList(0, levels)).clouds();
    if (!clouds.isEmpty()) {
      panels.add(
          CloudChart.around(
              "Points at half the highest level" + suffix, "x", "y", clouds, List.of()));
    }
    CurveStatistics independent = new CurveStatistics();
    CurveStatistics induced = new CurveStatistics();
    for (Cost cost : costs) {
      independent.add(cost.time(), cost.independent());
      induced.add(cost.time(), cost.induced());
    }
    panels.add(
        new LineChart(
            "Transport cost" + suffix,
            Axis.linear("level, from data (0) to noise (1)"),
            Axis.linear("squared distance to the data"),
            List.of(independent.curve("IC"), induced.curve("GC"))));
    return panels;
  }

  // The level nearest to half of the highest.
  private static Cost halfWay(List<Cost> costs) {
    double half = costs.get(costs.size() - 1).sigma() / 2;
    return Collections.min(
        costs, Comparator.comparingDouble(cost -> Math.abs(cost.sigma() - half)));
  }

  private static long steps(StudyContext bench) {
    return Math.min(TRAINED_STEPS, bench.options().steps());
  }

  /** The costs at one level; {@code clouds} of points in the plane, for the picture. */
  private record Cost(
      int level,
      double time,
      double sigma,
      double independent,
      double induced,
      List<CloudChart.Cloud> clouds) {
    double ratio() {
      return induced / independent;
    }

    boolean isNoDearer() {
      return induced <= independent * (1 + ROUNDING);
    }

    void write(String setting, long seed, Table numbers) {
      numbers.row(setting, seed, level, sigma, independent, induced);
    }
  }

  private static List<Cost> costs(StudyContext bench, RunFolder run, Experiment experiment)
      throws IOException {
    Checkpoints checkpoints = new Checkpoints(run.checkpoints(), 1);
    Path checkpoint =
        checkpoints.latestUpTo(steps(bench)).orElseThrow(() -> StudyContext.nothingToMeasure(run));
    List<Cost> costs = new ArrayList<>();
    try (TrainingProgram program =
            TrainingProgram.load(run.program(), experiment.getRuntime().getThreads());
        Dataset dataset = Dataset.open(experiment.getDataset());
        Batches batches = Training.batches(experiment, dataset, program, SEED)) {
      program.restore(checkpoint);
      ScheduledValues numbers =
          Schedules.of(experiment, program.sigmasLength()).at(program.completedSteps() - 1);
      double[] sigmas = Arrays.copyOf(numbers.sigmas(), numbers.numLevels());
      for (int level = 0; level < sigmas.length; level++) {
        bench.checkInterrupted();
        costs.add(cost(program, batches, level, sigmas));
      }
    }
    return costs;
  }

  private static Cost cost(TrainingProgram program, Batches batches, int level, double[] sigmas) {
    double independent = 0;
    double induced = 0;
    List<CloudChart.Cloud> clouds = List.of();
    for (int i = 0; i < BATCHES; i++) {
      try (Batch batch = batches.at(i)) {
        CoupledPoints points =
            program.coupledPoints(
                new TrainingBatch(batch.elements(), batch.labels(), new int[0]),
                SEED,
                i,
                sigmas[level]);
        int rows = (int) batch.elements().shape().get(0);
        independent += squaredDistance(points.data(), points.points()) / rows / BATCHES;
        induced += squaredDistance(points.xHat(), points.inducedPoints()) / rows / BATCHES;
        if (i == 0 && points.data().length == 2 * rows) {
          clouds = clouds(points);
        }
      }
    }
    return new Cost(
        level, (double) level / (sigmas.length - 1), sigmas[level], independent, induced, clouds);
  }

  private static List<CloudChart.Cloud> clouds(CoupledPoints points) {
    return List.of(
        new CloudChart.Cloud("data", some(points.data()), Palette.GREY),
        new CloudChart.Cloud("noise", some(points.noise()), Palette.colour(5)),
        new CloudChart.Cloud("IC", some(points.points()), Palette.colour(0)),
        new CloudChart.Cloud("GC", some(points.inducedPoints()), Palette.colour(1)));
  }

  private static float[] some(float[] points) {
    return Arrays.copyOf(points, Math.min(points.length, 2 * DRAWN_POINTS));
  }

  private static double squaredDistance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = (double) a[i] - b[i];
      sum += difference * difference;
    }
    return sum;
  }
}
