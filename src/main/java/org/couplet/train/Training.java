package org.couplet.train;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.EvaluationConfig;
import org.couplet.config.proto.Experiment;
import org.couplet.data.Batches;
import org.couplet.data.ClassLabels;
import org.couplet.data.DataIdentity;
import org.couplet.data.Dataset;
import org.couplet.io.AtomicFile;
import org.couplet.pairing.NoiseChoice;
import org.couplet.pairing.PairedBatches;
import org.couplet.program.ProgramCheck;
import org.couplet.program.ScheduledValues;
import org.couplet.program.TrainingProgram;
import org.couplet.run.Checkpoints;
import org.couplet.run.NewRun;
import org.couplet.run.ParentRun;
import org.couplet.run.RunFolder;
import org.couplet.run.RunHistory;
import org.jspecify.annotations.Nullable;

/** The training loop of one run. */
public final class Training {
  private final Session session;
  private final Experiment experiment;
  private final RunFolder folder;
  private final ProgramCheck check;
  private final PrintStream terminal;
  private final BooleanSupplier interrupted;
  private final Optional<Lockstep> workers;
  private final List<StepListener> watchers = new ArrayList<>();

  /**
   * Prepares a session of a run; nothing happens yet.
   *
   * @param session what to train, and from where
   * @param folder holds the program; checkpoints in it are continued
   * @param check of the program, before anything of the run changes
   * @param terminal where progress is shown
   * @param interrupted asked after every step; true ends the loop in order
   * @param workers that train together with this one, the first; empty to train alone
   */
  public Training(
      Session session,
      RunFolder folder,
      ProgramCheck check,
      PrintStream terminal,
      BooleanSupplier interrupted,
      Optional<Lockstep> workers) {
    this.session = session;
    this.experiment = session.experiment();
    this.folder = folder;
    this.check = check;
    this.terminal = terminal;
    this.interrupted = interrupted;
    this.workers = workers;
  }

  /** Lets another look at each step, after the checkpoint that may follow it; returns this. */
  public Training watchedBy(StepListener watcher) {
    watchers.add(watcher);
    return this;
  }

  /**
   * Trains from a checkpoint, or from the start, up to a step.
   *
   * @param stopAt steps in all after which to stop; after {@code run.steps} the schedules stay as
   *     they are there
   * @return steps completed in all
   * @throws DivergedException if the loss is no longer finite
   */
  public long run(long stopAt) throws IOException {
    Map<String, Object> checked = checked();
    Checkpoints checkpoints =
        new Checkpoints(folder.checkpoints(), experiment.getRun().getKeepCheckpoints());
    try (TrainingProgram program = load();
        Dataset dataset = Dataset.open(experiment.getDataset());
        Batches batches = batches(experiment, dataset, program, experiment.getRun().getSeed());
        PairedBatches paired =
            new PairedBatches(batches, program, NoiseChoice.of(experiment), stopAt);
        @Nullable FidReference reference =
            FidReference.open(experiment, dataset, terminal, seen -> !interrupted.getAsBoolean())) {
      Optional<DataIdentity> data =
          KnownData.check(folder, experiment, dataset, session.acceptsNewData(), terminal);
      long completed = begin(program, checkpoints, checked);
      if (workers.isEmpty() && interrupted.getAsBoolean()) {
        return completed;
      }
      workers.ifPresent(others -> others.synchronize(program));
      long planned = (stopAt - completed) / experiment.getRun().getCheckpointEvery() + 1;
      checkpoints.shortage(program, planned).ifPresent(terminal::println);
      SettingsReport settings = SettingsReport.of(folder, experiment);
      settings.print(program.sigmasLength(), completed, stopAt, terminal);
      checked.put("stop_at", stopAt);
      workers.ifPresent(others -> checked.put("workers", others.workers()));
      data.ifPresent(identity -> checked.put(RunHistory.DATA, identity));
      checked.putAll(settings.facts());
      adopt(checkpoints, completed, checked);
      try (RunStreams streams =
          RunStreams.open(folder, experiment.getName(), completed, stopAt, terminal)) {
        Listeners listeners =
            listeners(program, batches, checkpoints, reference, streams, completed, stopAt);
        listeners.begin(completed);
        completed = loop(program, paired, listeners, completed, stopAt);
        listeners.finish(completed);
      }
      return completed;
    }
  }

  // Only now, after a checkpoint was restored. The history comes last: what it lacks after a crash
  // the next session finds in the config.
  private void adopt(Checkpoints checkpoints, long completed, Map<String, Object> facts)
      throws IOException {
    if (session.settings().isPresent()) {
      AtomicFile.write(folder.config(), ExperimentFile.print(session.settings().get()));
    }
    // Or else, after a crash, the run could go on from a later step than the history says.
    if (session.checkpoint().isPresent()) {
      checkpoints.setAsideAfter(completed, folder.metrics());
    }
    new RunHistory(folder.history()).add(completed, facts);
  }

  private Map<String, Object> checked() throws IOException {
    int threads = experiment.getRuntime().getThreads();
    Map<String, Object> found =
        new LinkedHashMap<>(
            check.program(workers.map(Lockstep::program).orElse(folder.program()), threads));
    EvaluationConfig evaluation = experiment.getEvaluation();
    if (evaluation.getFidEvery() > 0) {
      Map<String, Object> features = check.features(Path.of(evaluation.getFeatures()), threads);
      if (features.containsKey("self_test")) {
        found.put("features_self_test", features.get("self_test"));
      }
    }
    return found;
  }

  private long begin(TrainingProgram program, Checkpoints checkpoints, Map<String, Object> facts)
      throws IOException {
    if (session.checkpoint().isPresent()) {
      checkpoints.restore(program, session.checkpoint().getAsLong());
    } else if (!checkpoints.restoreLatest(program, terminal)) {
      NewRun.refuseLostSteps(folder, experiment);
      if (Files.exists(folder.metrics())) {
        terminal.println(
            "note: "
                + folder.root()
                + " stopped before its first checkpoint; it begins again at step 0");
      }
      program.initialize(experiment.getRun().getSeed());
      List<ParentRun> parents = ParentRun.of(experiment);
      List<Map<String, Object>> taken = new ArrayList<>();
      for (ParentRun parent : parents) {
        taken.add(parent.initialize(program));
      }
      if (!parents.isEmpty()) {
        facts.put("parents", taken);
        // The parents may change, or go, before this run's first checkpoint.
        checkpoints.save(program, program.completedSteps());
      }
    }
    return program.completedSteps();
  }

  private OptionalDouble gradientVariance(
      TrainingProgram program,
      PairedBatches.PairedBatch batch,
      ScheduledValues numbers,
      long step) {
    long every = experiment.getEvaluation().getGradientVarianceEvery();
    return every > 0 && step % every == 0
        ? OptionalDouble.of(program.gradientVariance(batch.batch(), numbers))
        : OptionalDouble.empty();
  }

  private TrainingProgram load() throws IOException {
    return workers.isPresent()
        ? workers.get().load()
        : TrainingProgram.load(folder.program(), experiment.getRuntime().getThreads());
  }

  /**
   * The rows of a run's batches that a program takes.
   *
   * @param seed of their order
   */
  public static Batches batches(
      Experiment experiment, Dataset dataset, TrainingProgram program, long seed)
      throws IOException {
    int rows = rows(experiment, program);
    int first = (int) program.firstRow();
    return new Batches(
        dataset,
        labels(experiment, dataset, program),
        experiment.getRun().getBatchSize(),
        first,
        rows,
        seed);
  }

  /** The classes of all elements, if a program takes them; else none. */
  private static int[] labels(Experiment experiment, Dataset dataset, TrainingProgram program)
      throws IOException {
    return program.takesLabels()
        ? ClassLabels.forNetwork(dataset, experiment.getNetwork().getLabelDim())
        : ClassLabels.NONE;
  }

  /** How many rows of a batch a program takes. */
  static int rows(Experiment experiment, TrainingProgram program) {
    return program.isShared()
        ? (int) program.batchShape().get(0)
        : experiment.getRun().getBatchSize();
  }

  private PairedBatches.PairedBatch batch(PairedBatches batches, long step) {
    return workers.isPresent() ? workers.get().batch(batches, step) : batches.at(step);
  }

  private TrainingProgram.SharedStep step(
      TrainingProgram program, PairedBatches.PairedBatch batch, ScheduledValues numbers) {
    return workers.isPresent()
        ? workers.get().step(program, batch, numbers, interrupted)
        : new TrainingProgram.SharedStep(program.step(batch.batch(), numbers), false);
  }

  private long loop(
      TrainingProgram program,
      PairedBatches batches,
      StepListener listeners,
      long begin,
      long stopAt)
      throws IOException {
    Schedules schedules = Schedules.of(experiment, program.sigmasLength());
    long completed = begin;
    boolean stops =
        workers.isPresent()
            ? workers.get().meet(program, completed, interrupted)
            : interrupted.getAsBoolean();
    while (completed < stopAt && !stops) {
      ScheduledValues numbers = schedules.at(completed);
      long begun = System.nanoTime();
      try (PairedBatches.PairedBatch batch = batch(batches, completed)) {
        double waited = (System.nanoTime() - begun) / 1e9;
        OptionalDouble variance = gradientVariance(program, batch, numbers, completed + 1);
        begun = System.nanoTime();
        TrainingProgram.SharedStep step = step(program, batch, numbers);
        completed++;
        stops = step.stops();
        double seconds = waited + (System.nanoTime() - begun) / 1e9;
        listeners.afterStep(
            new StepListener.Step(
                completed,
                numbers,
                step.metrics(),
                seconds,
                waited,
                batch.pairingSeconds(),
                variance));
      }
      // Listeners may have worked long.
      stops |=
          workers.isPresent()
              ? workers.get().afterStep(program, completed, interrupted)
              : interrupted.getAsBoolean();
    }
    return completed;
  }

  private Listeners listeners(
      TrainingProgram program,
      Batches batches,
      Checkpoints checkpoints,
      @Nullable FidReference reference,
      RunStreams streams,
      long completed,
      long stopAt)
      throws IOException {
    var run = experiment.getRun();
    var evaluation = experiment.getEvaluation();
    SkippedSteps skipped = new SkippedSteps(run.getSkipNonfinite(), folder.metrics(), completed);
    List<StepListener> afterCheckpoint = new ArrayList<>();
    if (reference != null) {
      afterCheckpoint.add(
          new FidWriter(program, reference, interrupted, checkpoints, folder, streams));
    }
    afterCheckpoint.add(
        new HistoryWriter(new RunHistory(folder.history()), checkpoints, streams.secondsBefore()));
    afterCheckpoint.addAll(watchers);
    return new Listeners(
        List.of(
            new DivergenceCheck(experiment, folder, checkpoints, skipped, streams),
            new MetricsWriter(
                streams,
                experiment,
                new FirstLevelsLoss(program, batches, experiment),
                stopAt,
                skipped),
            new SampleWriter(
                program,
                folder.samples(),
                streams.events(),
                run.getSeed(),
                evaluation.getSampleCount(),
                evaluation.getSampleEvery())),
        new CheckpointWriter(program, checkpoints, run.getCheckpointEvery()),
        afterCheckpoint);
  }
}
