package org.couplet.study;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.couplet.chart.Axis;
import org.couplet.chart.CurveStatistics;
import org.couplet.chart.LineChart;
import org.couplet.chart.Panel;
import org.couplet.config.ElementShape;
import org.couplet.config.proto.ConsistencyConfig;
import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.GaussianMixtureConfig;
import org.couplet.data.Batch;
import org.couplet.data.Batches;
import org.couplet.data.Dataset;
import org.couplet.data.MixtureDenoiser;
import org.couplet.io.InvalidInputException;
import org.couplet.program.Floats;
import org.couplet.program.SamplingProgram;
import org.couplet.program.TrainingBatch;
import org.couplet.program.TrainingPairs;
import org.couplet.program.TrainingProgram;
import org.couplet.report.Table;
import org.couplet.run.Checkpoints;
import org.couplet.run.RunFolder;
import org.couplet.train.Schedules;
import org.couplet.train.Training;
import org.couplet.trial.TrainingVariant;
import org.tensorflow.types.TFloat32;

/**
 * Figure 4: how far training pairs are from the probability flow of a score model: the mean of
 * ||x_i - x_i^Phi||, x_i^Phi one Euler step below x_{i+1} (equation 5), for IC and for GC.
 */
final class TrajectoryStudy implements Study {
  private static final int BATCHES = 4;
  private static final long SEED = 4321;
  private static final List<TrainingVariant> VARIANTS =
      List.of(TrainingVariant.independent(), TrainingVariant.induced("GC", 1, true));

  @Override
  public String name() {
    return "trajectory";
  }

  @Override
  public String summary() {
    return "figure 4: distance of IC and GC pairs to a score model's flow";
  }

  /** Mean distances at one checkpoint; {@code exact} is NaN where no closed form is known. */
  private record Distance(double learned, double exact) {}

  @Override
  public Set<String> options() {
    Set<String> options = new HashSet<>(TRAINING_OPTIONS);
    options.add("score-config");
    return options;
  }

  @Override
  public void run(StudyContext bench) throws IOException {
    Path base = bench.settings(Gaussians.ONE_MODE).values().iterator().next();
    TrainingVariant.Seeded score = score(bench, base);
    List<TrainingVariant.Seeded> wanted = bench.seeded(base, VARIANTS);
    List<TrainingVariant.Seeded> all = new ArrayList<>(wanted);
    all.add(0, score);
    Map<TrainingVariant.Seeded, RunFolder> runs = bench.train(all);
    Table numbers = new Table("coupling", "seed", "step", "distance", "distance_to_exact_flow");
    Map<String, CurveStatistics> learned = new LinkedHashMap<>();
    Map<String, CurveStatistics> exact = new LinkedHashMap<>();
    for (TrainingVariant.Seeded run : wanted) {
      bench.err().println("measuring " + run.name() + ", seed " + run.seed());
      Map<Long, Distance> distances =
          distances(bench, bench.folder(runs, run), run.experiment(), bench.folder(runs, score));
      distances.forEach(
          (step, distance) -> {
            numbers.row(run.name(), run.seed(), step, distance.learned(), distance.exact());
            learned
                .computeIfAbsent(run.name(), name -> new CurveStatistics())
                .add(step.doubleValue(), distance.learned());
            exact
                .computeIfAbsent(run.name(), name -> new CurveStatistics())
                .add(step.doubleValue(), distance.exact());
          });
    }
    List<Panel> panels = new ArrayList<>();
    panels.add(panel("Distance to a score model's flow", learned));
    if (!Double.isNaN(exact.values().iterator().next().mean())) {
      panels.add(panel("Distance to the exact flow", exact));
    }
    bench.figure(name(), panels, 2);
    bench.table(name(), numbers);
    Table summary = new Table("coupling", "mean_distance", "mean_distance_to_exact_flow");
    learned.forEach(
        (variant, spread) ->
            summary.row(variant, spread.mean(), exact.getOrDefault(variant, spread).mean()));
    bench.show(summary);
  }

  private static Panel panel(String title, Map<String, CurveStatistics> curves) {
    List<LineChart.Curve> drawn = new ArrayList<>();
    curves.forEach((name, spread) -> drawn.add(spread.curve(name)));
    return new LineChart(title, Axis.linear("training step"), Axis.linear("mean distance"), drawn);
  }

  // The flow must be that of the pairs' own process, noise and data.
  private static TrainingVariant.Seeded score(StudyContext bench, Path base) throws IOException {
    Experiment pairs = bench.consistency(base);
    boolean images = !pairs.getDataset().hasGaussians();
    Optional<Path> given = bench.options().scoreConfig();
    if (images && given.isEmpty()) {
      throw new InvalidInputException(
          "--score-config is missing: name a score model of the images of " + base);
    }
    ConsistencyConfig consistency = pairs.getConsistency();
    if (!consistency.getProcess().hasVarianceExploding() || !consistency.getNoise().hasNormal()) {
      throw new InvalidInputException(
          base
              + ": a score model's flow is that of consistency.process variance_exploding with"
              + " normal noise; name a config that has these");
    }
    Path config = given.orElse(bench.options().configs().resolve(Gaussians.SCORE + ".textproto"));
    TrainingVariant.Seeded score = bench.score(config);
    if (!ElementShape.of(score.experiment().getDataset())
        .equals(ElementShape.of(pairs.getDataset()))) {
      throw new InvalidInputException(
          config + ": its data are not of the size of those of " + base + "; make them the same");
    }
    return score;
  }

  private static Map<Long, Distance> distances(
      StudyContext bench, RunFolder run, Experiment experiment, RunFolder scoreRun)
      throws IOException {
    int threads = experiment.getRuntime().getThreads();
    Map<Long, Distance> distances = new LinkedHashMap<>();
    try (TrainingProgram program = TrainingProgram.load(run.program(), threads);
        TrainingProgram score = TrainingProgram.load(scoreRun.program(), threads);
        Dataset dataset = Dataset.open(experiment.getDataset());
        Batches batches = Training.batches(experiment, dataset, program, SEED)) {
      score.restore(scoreRun.newestCheckpoint());
      SamplingProgram flow = score.average().with(SamplingProgram.Solver.EULER);
      Schedules schedules = Schedules.of(experiment, program.sigmasLength());
      Checkpoints checkpoints = new Checkpoints(run.checkpoints(), 1);
      for (long step : bench.measured(run, experiment)) {
        bench.checkInterrupted();
        program.restore(checkpoints.at(step));
        double learned = 0;
        double exact = 0;
        for (int i = 0; i < BATCHES; i++) {
          try (Batch batch = batches.at(i);
              TrainingPairs pairs =
                  program.pairs(
                      new TrainingBatch(batch.elements(), batch.labels(), new int[0]),
                      schedules.at(step).withSeed(SEED + i))) {
            learned += learnedDistance(pairs, batch.labels(), flow) / BATCHES;
            exact += exactDistance(pairs, experiment) / BATCHES;
          }
        }
        distances.put(step, new Distance(learned, exact));
      }
    }
    return distances;
  }

  private static double learnedDistance(TrainingPairs pairs, int[] labels, SamplingProgram flow) {
    try (TFloat32 ideal = flow.flow(pairs.high(), pairs.sigmaHigh(), pairs.sigmaLow(), labels)) {
      return meanDistance(Floats.of(pairs.low()), Floats.of(ideal), pairs.sigmaLow().length);
    }
  }

  private static double exactDistance(TrainingPairs pairs, Experiment experiment) {
    if (!experiment.getDataset().hasGaussians()) {
      return Double.NaN;
    }
    GaussianMixtureConfig mixture = experiment.getDataset().getGaussians();
    MixtureDenoiser denoiser =
        new MixtureDenoiser(mixture.getOffset(), mixture.getStandardDeviation());
    float[] high = Floats.of(pairs.high());
    float[] sigmaHigh = pairs.sigmaHigh();
    float[] sigmaLow = pairs.sigmaLow();
    float[] ideal = new float[high.length];
    for (int i = 0; i < sigmaHigh.length; i++) {
      double[] mean = denoiser.denoise(high[2 * i], high[2 * i + 1], sigmaHigh[i]);
      for (int j = 0; j < 2; j++) {
        double slope = (high[2 * i + j] - mean[j]) / sigmaHigh[i];
        ideal[2 * i + j] =
            (float) (high[2 * i + j] + ((double) sigmaLow[i] - sigmaHigh[i]) * slope);
      }
    }
    return meanDistance(Floats.of(pairs.low()), ideal, sigmaHigh.length);
  }

  private static double meanDistance(float[] a, float[] b, int rows) {
    int size = a.length / rows;
    double sum = 0;
    for (int row = 0; row < rows; row++) {
      double square = 0;
      for (int i = row * size; i < (row + 1) * size; i++) {
        double difference = (double) a[i] - b[i];
        square += difference * difference;
      }
      sum += Math.sqrt(square);
    }
    return sum / rows;
  }
}
