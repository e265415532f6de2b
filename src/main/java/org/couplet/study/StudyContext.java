package org.couplet.study;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.couplet.chart.Figure;
import org.couplet.chart.Panel;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.io.InvalidInputException;
import org.couplet.program.ProgramCheck;
import org.couplet.report.Progress;
import org.couplet.report.SampleGrid;
import org.couplet.report.Table;
import org.couplet.run.Checkpoints;
import org.couplet.run.RunFolder;
import org.couplet.trial.Graphs;
import org.couplet.trial.InterruptedStudyException;
import org.couplet.trial.RunStore;
import org.couplet.trial.TrainingVariant;

/** What a study works with: its options, the runs, the places of its results, the terminal. */
public final class StudyContext {
  /** What is added to a study's name for the names of its figures and tables. */
  public static final List<String> ENDINGS =
      List.of(".png", ".svg", ".gif", ".csv", "_summary.csv");

  /** The folder, in that of the results, where studies write the random feature network. */
  public static final String FEATURES = "random_features";

  private static final int SEEDS_OF_POINTS = 3;
  // A run ends with the step, and the line of its log, in which its time is up.
  private static final double OVERTIME = 0.05;

  private final StudyOptions options;
  private final Graphs graphs;
  private final ProgramCheck check;
  private final RunStore runs;
  private final PrintStream out;
  private final PrintStream err;
  private final BooleanSupplier interrupted;

  /**
   * @param graphs the building half
   * @param check of each program that is run
   * @param out for results
   * @param err for progress
   * @param interrupted asked now and then; true ends the study
   */
  public StudyContext(
      StudyOptions options,
      Graphs graphs,
      ProgramCheck check,
      PrintStream out,
      PrintStream err,
      BooleanSupplier interrupted) {
    this.options = options;
    this.graphs = graphs;
    this.check = check;
    this.runs = new RunStore(options.runs(), graphs, check, err, interrupted);
    this.out = out;
    this.err = err;
    this.interrupted = interrupted;
  }

  StudyOptions options() {
    return options;
  }

  Graphs graphs() {
    return graphs;
  }

  /** Of each program that is run. */
  ProgramCheck check() {
    return check;
  }

  /** Where progress is shown. */
  PrintStream err() {
    return err;
  }

  /** Ends the study if the user asked for it. */
  void checkInterrupted() {
    if (interrupted.getAsBoolean()) {
      throw new InterruptedStudyException();
    }
  }

  /** The user's config by the name of its file, or else shipped ones by their setting. */
  Map<String, Path> settings(Map<String, String> shipped) {
    Map<String, Path> settings = new LinkedHashMap<>();
    if (options.config().isPresent()) {
      Path config = options.config().get();
      settings.put(String.valueOf(config.getFileName()).replaceFirst("\\.textproto$", ""), config);
    } else {
      shipped.forEach(
          (name, file) -> settings.put(name, options.configs().resolve(file + ".textproto")));
    }
    return settings;
  }

  /**
   * A consistency model's experiment with the user's overrides, before any variant.
   *
   * @param base its file
   */
  Experiment consistency(Path base) throws IOException {
    Experiment experiment = ExperimentFile.load(base, overrides(base));
    if (!experiment.hasConsistency()) {
      throw new InvalidInputException(
          base + ": is a score model; a study varies a consistency model, name its config");
    }
    return experiment;
  }

  /**
   * Variants of an experiment, each with every seed.
   *
   * @param base the experiment's file
   */
  List<TrainingVariant.Seeded> seeded(Path base, List<TrainingVariant> variants)
      throws IOException {
    consistency(base);
    List<String> common = overrides(base);
    List<TrainingVariant.Seeded> seeded = new ArrayList<>();
    for (TrainingVariant variant : variants) {
      List<String> overrides = new ArrayList<>(common);
      overrides.addAll(variant.overrides());
      Experiment first = ExperimentFile.load(base, overrides);
      for (int i = 0; i < seeds(first); i++) {
        long seed = first.getRun().getSeed() + i;
        Experiment.Builder experiment = first.toBuilder();
        // The checkpoints are what is measured.
        experiment.getRunBuilder().setSeed(seed).setKeepCheckpoints(Integer.MAX_VALUE);
        seeded.add(new TrainingVariant.Seeded(experiment.build(), variant.name(), seed));
      }
    }
    return seeded;
  }

  /** The score model of a file; the user's overrides of the consistency model are not for it. */
  TrainingVariant.Seeded score(Path config) throws IOException {
    List<String> own =
        options.overrides().stream().filter(path -> !path.startsWith("consistency")).toList();
    Experiment experiment = ExperimentFile.load(config, own);
    if (!experiment.hasScore()) {
      throw new InvalidInputException(
          config + ": is a consistency model; --score-config needs a score model's config");
    }
    return new TrainingVariant.Seeded(experiment, "score model", experiment.getRun().getSeed());
  }

  private int seeds(Experiment experiment) {
    return options.seeds().orElse(experiment.getDataset().hasGaussians() ? SEEDS_OF_POINTS : 1);
  }

  // Points are measured alike by all studies, so that these share their runs.
  private List<String> overrides(Path base) throws IOException {
    List<String> overrides = new ArrayList<>();
    Experiment asked = ExperimentFile.load(base, options.overrides());
    if (asked.hasConsistency() && asked.getDataset().hasGaussians()) {
      overrides.addAll(Gaussians.MEASURED);
    }
    overrides.addAll(options.overrides());
    return overrides;
  }

  /** Trains several runs to their ends, as {@link #train(List, long, long)}. */
  Map<TrainingVariant.Seeded, RunFolder> train(List<TrainingVariant.Seeded> wanted)
      throws IOException {
    return train(wanted, options.steps(), Long.MAX_VALUE);
  }

  /**
   * Trains what is missing of several runs, saying how many there are and how long it takes.
   *
   * @param steps at most, of each run
   * @param seconds of training at most, of each run; {@link Long#MAX_VALUE} without a bound
   */
  Map<TrainingVariant.Seeded, RunFolder> train(
      List<TrainingVariant.Seeded> wanted, long steps, long seconds) throws IOException {
    Map<TrainingVariant.Seeded, Optional<RunFolder>> known = new LinkedHashMap<>();
    for (TrainingVariant.Seeded run : wanted) {
      known.put(run, runs.done(run, RunStore.Length.of(run, steps, seconds)));
    }
    int missing = (int) known.values().stream().filter(Optional::isEmpty).count();
    Map<TrainingVariant.Seeded, RunFolder> trained = new LinkedHashMap<>();
    long begun = System.nanoTime();
    int done = 0;
    for (Map.Entry<TrainingVariant.Seeded, Optional<RunFolder>> entry : known.entrySet()) {
      TrainingVariant.Seeded run = entry.getKey();
      if (entry.getValue().isPresent()) {
        trained.put(run, entry.getValue().get());
      } else {
        checkInterrupted();
        announce(run, done++, missing, System.nanoTime() - begun);
        trained.put(run, runs.trained(run, RunStore.Length.of(run, steps, seconds)));
      }
    }
    return trained;
  }

  private void announce(TrainingVariant.Seeded run, int done, int missing, long nanos) {
    String left =
        done == 0
            ? ""
            : ", about "
                + Progress.describe(Duration.ofNanos(nanos / done * (missing - done)))
                + " left for all";
    err.println(
        "run "
            + (done + 1)
            + " of "
            + missing
            + ": "
            + run.experiment().getName()
            + ", "
            + run.name()
            + ", seed "
            + run.seed()
            + left);
  }

  /** The folder of a run that {@link #train} has returned. */
  RunFolder folder(Map<TrainingVariant.Seeded, RunFolder> trained, TrainingVariant.Seeded run) {
    return Objects.requireNonNull(trained.get(run));
  }

  /**
   * The checkpoints of a run to measure: those that every run like it has, whether or not it was
   * ever stopped in between or trained further than is asked for now.
   */
  List<Long> measured(RunFolder run, Experiment experiment) throws IOException {
    long every = experiment.getRun().getCheckpointEvery();
    long last = Math.min(options.steps(), experiment.getRun().getSteps());
    List<Long> steps =
        new Checkpoints(run.checkpoints(), 1)
            .completed().stream()
                .filter(step -> step <= last && (step % every == 0 || step == last))
                .toList();
    if (steps.isEmpty()) {
      throw nothingToMeasure(run);
    }
    return steps;
  }

  /** What to say of a run that no measurement is left of. */
  static InvalidInputException nothingToMeasure(RunFolder run) {
    return new InvalidInputException(
        run.root()
            + ": nothing to measure within --steps and --seconds; raise them, or lower"
            + " run.checkpoint_every");
  }

  /** Whether a checkpoint at so many seconds of training counts, where all have the same time. */
  boolean isWithinTime(double seconds) {
    return seconds <= options.seconds() * (1 + OVERTIME);
  }

  /** Draws a figure, {@code NAME.png} and {@code NAME.svg}. */
  void figure(String name, List<Panel> panels, int columns) throws IOException {
    Path base = options.output().resolve(name);
    Figure.write(base, panels, columns);
    out.println("figure: " + base + ".png, " + base + ".svg");
  }

  /** Writes a picture of pixels, {@code NAME.png}. */
  void picture(String name, BufferedImage picture) throws IOException {
    Path file = options.output().resolve(name + ".png");
    SampleGrid.writePng(picture, file);
    out.println("figure: " + file);
  }

  /** A line on the terminal. */
  void say(String line) {
    out.println(line);
  }

  /** Writes a table, {@code NAME.csv}. */
  void table(String name, Table table) throws IOException {
    Path file = options.output().resolve(name + ".csv");
    table.write(file);
    out.println("numbers: " + file);
  }

  /** Shows a table on the terminal. */
  void show(Table table) {
    out.print(table.text());
  }
}
