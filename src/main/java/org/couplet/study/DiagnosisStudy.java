package org.couplet.study;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.couplet.chart.Axis;
import org.couplet.chart.LineChart;
import org.couplet.chart.Panel;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.ConstantLevelsConfig;
import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.GeneratorInducedCouplingConfig;
import org.couplet.data.Batches;
import org.couplet.data.Dataset;
import org.couplet.diagnosis.LevelProbe;
import org.couplet.io.AtomicFile;
import org.couplet.io.InvalidInputException;
import org.couplet.program.TrainingProgram;
import org.couplet.report.Table;
import org.couplet.run.Checkpoints;
import org.couplet.run.RunFolder;
import org.couplet.train.Schedules;
import org.couplet.train.Training;

/**
 * What decides whether generator-induced pairs teach well, by noise level, at each checkpoint of
 * any runs: how much of the noise x_hat keeps, how near to data it is, what the targets of IC and
 * of GC keep of the noise, and the variance of the rows' gradients with IC and with GC.
 */
record DiagnosisStudy() implements Study {
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
    return Set.of("models", "checkpoints");
  }

  @Override
  public void run(StudyContext bench) throws IOException {
    if (bench.options().models().isEmpty()) {
      throw new InvalidInputException(
          "--models is missing: name folders of runs, such as runs/ic,runs/gc");
    }
    List<Subject> subjects = new ArrayList<>();
    for (Path model : bench.options().models()) {
      RunFolder run = new RunFolder(model);
      subjects.add(new Subject(run, experiment(run), checkpoints(bench, run)));
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
            "nearest_other",
            "target_noise_ic",
            "target_noise_gc",
            "gradient_variance_ic",
            "gradient_variance_gc");
    Map<String, List<LevelProbe.Level>> last = new LinkedHashMap<>();
    for (Subject subject : subjects) {
      last.put(subject.lastName(), diagnose(bench, subject, numbers));
    }
    bench.figure(
        name(),
        List.of(
            panel(last, "Noise left in x_hat, of one unit of z", LevelProbe.Level::noiseLeft),
            panel(
                last,
                "Noise in GC's target less that in IC's",
                l -> l.inducedTarget() - l.independentTarget()),
            panel(last, "Distance of x_hat to the nearest data", LevelProbe.Level::nearest),
            panel(last, "Gradient variance, GC over IC", l -> l.induced() / l.independent())),
        2);
    bench.table(name(), numbers);
    bench.show(numbers);
  }

  /** A run, and the steps of its checkpoints that are measured. */
  private record Subject(RunFolder run, Experiment experiment, List<Long> steps) {
    String lastName() {
      return "%s, step %d".formatted(run.root(), steps.get(steps.size() - 1));
    }
  }

  private static Experiment experiment(RunFolder run) throws IOException {
    if (!run.isBegun()) {
      throw new InvalidInputException(
          "--models: "
              + run.root()
              + " is not the folder of a run; diagnosis needs checkpoints"
              + run.nearby());
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

  /** Those that the user named, or all. */
  private static List<Long> checkpoints(StudyContext bench, RunFolder run) throws IOException {
    List<Long> kept = new Checkpoints(run.checkpoints(), 1).completed();
    if (kept.isEmpty()) {
      throw new InvalidInputException(run.root() + ": has no checkpoint yet; train it further");
    }
    List<Long> wanted = bench.options().checkpoints();
    for (long step : wanted) {
      if (!kept.contains(step)) {
        throw new InvalidInputException(
            "--checkpoints: %s has none of step %d; it has those of %s"
                .formatted(
                    run.root(),
                    step,
                    kept.stream().map(String::valueOf).collect(Collectors.joining(", "))));
      }
    }
    return wanted.isEmpty() ? kept : wanted.stream().sorted().distinct().toList();
  }

  private static Panel panel(
      Map<String, List<LevelProbe.Level>> runs,
      String title,
      ToDoubleFunction<LevelProbe.Level> quantity) {
    List<LineChart.Curve> curves = new ArrayList<>();
    runs.forEach(
        (run, levels) ->
            curves.add(
                new LineChart.Curve(
                    run,
                    levels.stream().mapToDouble(LevelProbe.Level::sigma).toArray(),
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
    probe.getRunBuilder().setBatchSize(LevelProbe.ROWS);
    probe.getOptimizerBuilder().setAccumulate(1);
    return probe.build();
  }

  // Of the last checkpoint.
  private static List<LevelProbe.Level> diagnose(StudyContext bench, Subject subject, Table numbers)
      throws IOException {
    RunFolder run = subject.run();
    Experiment experiment = subject.experiment();
    List<Long> steps = subject.steps();
    Experiment probe = probe(experiment);
    Path folder = Files.createTempDirectory("couplet-diagnosis");
    List<LevelProbe.Level> levels = new ArrayList<>();
    try (Dataset dataset = Dataset.open(experiment.getDataset())) {
      bench.graphs().training(probe, folder.resolve("program"));
      int threads = experiment.getRuntime().getThreads();
      bench.check().program(folder.resolve("program"), threads);
      try (TrainingProgram program = TrainingProgram.load(folder.resolve("program"), threads);
          Batches batches = Training.batches(probe, dataset, program, SEED)) {
        Schedules schedules = Schedules.of(experiment, 0);
        Checkpoints checkpoints = new Checkpoints(run.checkpoints(), 1);
        bench.err().println(run.root() + ": reading data ...");
        program.restore(checkpoints.at(steps.get(0)));
        LevelProbe levelProbe = LevelProbe.of(program, batches, bench::checkInterrupted);
        double other = levelProbe.nearestOther();
        for (long step : steps) {
          bench.err().println(run.root() + ": measuring step " + step + " ...");
          program.restore(checkpoints.at(step));
          int count = schedules.count().levels(Math.min(step, schedules.steps() - 1));
          double[] sigmas = schedules.levels().levels(count);
          levels.clear();
          for (int low : spread(count - 1)) {
            bench.checkInterrupted();
            levels.add(levelProbe.at(sigmas[low], sigmas[low + 1]));
          }
          levels.forEach(level -> row(numbers, run, step, count, level, other));
        }
      }
    } finally {
      AtomicFile.delete(folder);
    }
    return levels;
  }

  private static void row(
      Table numbers, RunFolder run, long step, int count, LevelProbe.Level level, double other) {
    numbers.row(
        run.root(),
        step,
        count,
        level.sigma(),
        level.noiseLeft(),
        level.error(),
        level.nearest(),
        other,
        level.independentTarget(),
        level.inducedTarget(),
        level.independent(),
        level.induced());
  }

  // At most so many of the numbers below a count, the first and the last among them.
  private static int[] spread(int count) {
    int most = Math.min(count, MOST_LEVELS);
    return IntStream.range(0, most).map(i -> i * (count - 1) / Math.max(1, most - 1)).toArray();
  }
}
