package org.couplet.study;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.couplet.chart.Axis;
import org.couplet.chart.LineChart;
import org.couplet.chart.Panel;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.ConstantLevelsConfig;
import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.GeneratorInducedCouplingConfig;
import org.couplet.data.Batch;
import org.couplet.data.Batches;
import org.couplet.data.Dataset;
import org.couplet.io.AtomicFile;
import org.couplet.io.InvalidInputException;
import org.couplet.program.CoupledPoints;
import org.couplet.program.Floats;
import org.couplet.program.SamplingProgram;
import org.couplet.program.ScheduledValues;
import org.couplet.program.TrainingBatch;
import org.couplet.program.TrainingProgram;
import org.couplet.report.Table;
import org.couplet.run.Checkpoints;
import org.couplet.run.RunFolder;
import org.couplet.train.Schedules;
import org.couplet.train.Training;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;

/**
 * What decides whether generator-induced pairs teach well, by noise level, at each checkpoint of
 * any runs: how much of the noise x_hat keeps, how near to data it is, what the targets keep of the
 * noise, and the variance of the rows' gradients with IC and with GC.
 */
record DiagnosisStudy() implements Study {
  private static final int ROWS = 64;
  private static final int BATCHES = 4;
  private static final int DATA_BATCHES = 32;
  // One backward pass a row.
  private static final int GRADIENT_BATCHES = 1;
  private static final int MOST_LEVELS = 7;
  private static final long SEED = 2718;

  @Override
  public String name() {
    return "diagnosis";
  }

  @Override
  public String summary() {
    return "by noise level: what x_hat keeps of the noise, gradients of IC and GC; of runs (--models)";
  }

  @Override
  public Set<String> options() {
    return Set.of("models");
  }

  /**
   * What one level showed at one checkpoint.
   *
   * @param sigma sigma_i
   * @param noiseLeft coefficient of z in x_hat = f(x + sigma_i z, sigma_i), data units: 0 where all
   *     noise is gone, sigma_i where none is
   * @param error root mean square of x_hat - x, a value
   * @param nearest the same to the nearest of 2,048 data, x among them
   * @param targetNoise coefficient of z in GC's target f(x_hat + sigma_i z, sigma_i)
   * @param independent variance of the rows' gradients with IC
   * @param induced the same with GC(1)
   */
  private record Level(
      double sigma,
      double noiseLeft,
      double error,
      double nearest,
      double targetNoise,
      double independent,
      double induced) {}

  @Override
  public void run(StudyContext bench) throws IOException {
    if (bench.options().models().isEmpty()) {
      throw new InvalidInputException(
          "--models is missing: name folders of runs, such as runs/ic,runs/gc");
    }
    Map<String, Experiment> experiments = new LinkedHashMap<>();
    for (Path model : bench.options().models()) {
      experiments.put(model.toString(), experiment(new RunFolder(model)));
    }
    Table numbers =
        new Table(
            "run",
            "step",
            "num_levels",
            "sigma",
            "noise_left",
            "error",
            "nearest",
            "target_noise",
            "gradient_variance_ic",
            "gradient_variance_gc");
    Map<String, List<Level>> last = new LinkedHashMap<>();
    for (Map.Entry<String, Experiment> entry : experiments.entrySet()) {
      last.put(
          entry.getKey(),
          diagnose(bench, new RunFolder(Path.of(entry.getKey())), entry.getValue(), numbers));
    }
    bench.figure(
        name(),
        List.of(
            panel(last, "Noise left in x_hat, over sigma", l -> l.noiseLeft / l.sigma),
            panel(last, "Noise left in GC's target, over sigma", l -> l.targetNoise / l.sigma),
            panel(last, "Distance of x_hat to the nearest data", Level::nearest),
            panel(last, "Gradient variance, GC over IC", l -> l.induced / l.independent)),
        2);
    bench.table(name(), numbers);
    bench.show(numbers);
  }

  private static Experiment experiment(RunFolder run) throws IOException {
    if (!run.isBegun()) {
      throw new InvalidInputException(
          "--models: " + run.root() + " is not the folder of a run; diagnosis needs checkpoints");
    }
    Experiment experiment = ExperimentFile.load(run.config(), List.of());
    if (!experiment.hasConsistency()
        || experiment.getConsistency().getLevels().hasTuning()
        || !experiment.getConsistency().getProcess().hasVarianceExploding()) {
      throw new InvalidInputException(
          run.config()
              + ": diagnosis is of consistency models with a list of levels and the"
              + " variance_exploding process; name others in --models");
    }
    return experiment;
  }

  private static Panel panel(
      Map<String, List<Level>> runs, String title, ToDoubleFunction<Level> quantity) {
    List<LineChart.Curve> curves = new ArrayList<>();
    runs.forEach(
        (run, levels) ->
            curves.add(
                new LineChart.Curve(
                    String.valueOf(Path.of(run).getFileName()),
                    levels.stream().mapToDouble(Level::sigma).toArray(),
                    levels.stream().mapToDouble(quantity).toArray())));
    return new LineChart(title, Axis.logarithmic("sigma"), Axis.linear(""), curves);
  }

  // Two levels at a time, whatever the run's own coupling; its checkpoints fit this program too.
  private static Experiment probe(Experiment experiment) {
    Experiment.Builder probe = experiment.toBuilder();
    probe
        .getConsistencyBuilder()
        .getCouplingBuilder()
        .setGeneratorInduced(
            GeneratorInducedCouplingConfig.newBuilder().setMu(1).setMuEnd(1).build());
    probe
        .getConsistencyBuilder()
        .getLevelsBuilder()
        .setConstant(ConstantLevelsConfig.newBuilder().setCount(2));
    probe.getEvaluationBuilder().setGradientVarianceEvery(1);
    probe.getRunBuilder().setBatchSize(ROWS);
    return probe.build();
  }

  // Of the last checkpoint.
  private static List<Level> diagnose(
      StudyContext bench, RunFolder run, Experiment experiment, Table numbers) throws IOException {
    Experiment probe = probe(experiment);
    Path folder = Files.createTempDirectory("couplet-diagnosis");
    List<Level> levels = new ArrayList<>();
    try (Dataset dataset = Dataset.open(experiment.getDataset())) {
      bench.graphs().training(probe, folder.resolve("program"));
      int threads = experiment.getRuntime().getThreads();
      try (TrainingProgram program = TrainingProgram.load(folder.resolve("program"), threads);
          Batches batches = Training.batches(probe, dataset, program, SEED)) {
        Schedules schedules = Schedules.of(experiment, 0);
        Checkpoints checkpoints = new Checkpoints(run.checkpoints(), 1);
        for (long step : checkpoints.completed()) {
          bench.err().println(run.root() + ": measuring step " + step + " ...");
          program.restore(checkpoints.at(step));
          int count = schedules.count().levels(Math.min(step, schedules.steps() - 1));
          double[] sigmas = schedules.levels().levels(count);
          float[][] data = data(program, batches);
          levels.clear();
          for (int low : spread(count - 1)) {
            bench.checkInterrupted();
            levels.add(level(program, batches, data, sigmas[low], sigmas[low + 1]));
          }
          levels.forEach(level -> row(numbers, run, step, count, level));
        }
      }
    } finally {
      AtomicFile.delete(folder);
    }
    return levels;
  }

  private static void row(Table numbers, RunFolder run, long step, int count, Level level) {
    numbers.row(
        run.root(),
        step,
        count,
        level.sigma,
        level.noiseLeft,
        level.error,
        level.nearest,
        level.targetNoise,
        level.independent,
        level.induced);
  }

  // At most so many of the numbers below a count, the first and the last among them.
  private static int[] spread(int count) {
    int most = Math.min(count, MOST_LEVELS);
    return IntStream.range(0, most).map(i -> i * (count - 1) / Math.max(1, most - 1)).toArray();
  }

  private static float[][] data(TrainingProgram program, Batches batches) {
    List<float[]> rows = new ArrayList<>();
    for (int i = 0; i < DATA_BATCHES; i++) {
      try (Batch elements = batches.at(i)) {
        rows.addAll(rows(program.coupledPoints(batch(elements), SEED, i, 1).data()));
      }
    }
    return rows.toArray(new float[0][]);
  }

  private static Level level(
      TrainingProgram program, Batches batches, float[][] data, double low, double high) {
    double[] sums = new double[6];
    for (int i = 0; i < BATCHES; i++) {
      try (Batch elements = batches.at(i)) {
        TrainingBatch batch = batch(elements);
        CoupledPoints points = program.coupledPoints(batch, SEED, i, low);
        sums[0] += noise(points.xHat(), points) / BATCHES;
        sums[1] += meanSquare(points.xHat(), points.data()) / BATCHES;
        sums[2] += nearest(rows(points.xHat()), data) / BATCHES;
        sums[3] += noise(target(program, points, low, batch.labels()), points) / BATCHES;
        if (i < GRADIENT_BATCHES) {
          sums[4] += program.gradientVariance(batch, numbers(i, low, high, 0)) / GRADIENT_BATCHES;
          sums[5] += program.gradientVariance(batch, numbers(i, low, high, 1)) / GRADIENT_BATCHES;
        }
      }
    }
    return new Level(
        low, sums[0], Math.sqrt(sums[1]), Math.sqrt(sums[2]), sums[3], sums[4], sums[5]);
  }

  private static TrainingBatch batch(Batch elements) {
    return new TrainingBatch(elements.elements(), elements.labels(), new int[0]);
  }

  private static ScheduledValues numbers(int draw, double low, double high, double mu) {
    return new ScheduledValues(SEED + draw, new double[] {low, high}, 2, mu, 1, 0, 0);
  }

  // f(x_hat + sigma z, sigma) by the weights in training.
  private static float[] target(
      TrainingProgram program, CoupledPoints points, double sigma, int[] labels) {
    float[] induced = points.inducedPoints();
    float[] scaled = new float[induced.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = (float) (induced[i] / sigma);
    }
    SamplingProgram online = program.online();
    try (TFloat32 noise =
            TFloat32.tensorOf(
                Shape.of(ROWS).append(online.elementShape()), DataBuffers.of(scaled));
        TFloat32 target = online.generate(noise, sigma, labels)) {
      return Floats.of(target);
    }
  }

  // Coefficient of z in estimates of x.
  private static double noise(float[] estimates, CoupledPoints points) {
    double product = 0;
    double square = 0;
    for (int i = 0; i < estimates.length; i++) {
      double z = points.noise()[i];
      product += z * ((double) estimates[i] - points.data()[i]);
      square += z * z;
    }
    return product / square;
  }

  private static double meanSquare(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = (double) a[i] - b[i];
      sum += difference * difference;
    }
    return sum / a.length;
  }

  private static double nearest(List<float[]> rows, float[][] data) {
    return rows.stream()
        .mapToDouble(
            row -> Arrays.stream(data).mapToDouble(x -> meanSquare(row, x)).min().orElseThrow())
        .average()
        .orElseThrow();
  }

  private static List<float[]> rows(float[] values) {
    int size = values.length / ROWS;
    return IntStream.range(0, ROWS)
        .mapToObj(row -> Arrays.copyOfRange(values, row * size, (row + 1) * size))
        .toList();
  }
}
