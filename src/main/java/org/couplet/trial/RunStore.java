package org.couplet.trial;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.couplet.config.Aspect;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.data.ClassLabels;
import org.couplet.io.InvalidInputException;
import org.couplet.program.ProgramCheck;
import org.couplet.report.MetricsLog;
import org.couplet.run.Checkpoints;
import org.couplet.run.NewRun;
import org.couplet.run.RunFolder;
import org.couplet.run.RunLock;
import org.couplet.train.Session;
import org.couplet.train.Training;

/**
 * The runs in one folder, found by what they trained and not by their names, so that studies share
 * them; those that are missing are trained, those that were stopped go on.
 */
public final class RunStore {
  private final Path folder;
  private final Graphs graphs;
  private final ProgramCheck check;
  private final PrintStream err;
  private final BooleanSupplier interrupted;

  /**
   * @param folder of all runs; it may not exist yet
   * @param graphs the building half
   * @param check of each program before it is trained
   * @param err for progress
   * @param interrupted asked between and during runs; true ends the study
   */
  public RunStore(
      Path folder,
      Graphs graphs,
      ProgramCheck check,
      PrintStream err,
      BooleanSupplier interrupted) {
    this.folder = folder;
    this.graphs = graphs;
    this.check = check;
    this.err = err;
    this.interrupted = interrupted;
  }

  /** The run of an experiment, if it is there and far enough. */
  public Optional<RunFolder> done(TrainingVariant.Seeded wanted, Length length) throws IOException {
    Optional<RunFolder> run = find(wanted.experiment());
    return run.isPresent() && length.isReached(run.get()) ? run : Optional.empty();
  }

  /** The run of an experiment, trained as far as is wanted. */
  public RunFolder trained(TrainingVariant.Seeded wanted, Length length) throws IOException {
    Optional<RunFolder> known = find(wanted.experiment());
    RunFolder run = known.isPresent() ? known.get() : unusedFolder(wanted.folderName());
    if (known.isPresent() && length.isReached(run)) {
      return run;
    }
    RunLock lock = RunLock.take(run, err);
    try (lock) {
      if (known.isEmpty()) {
        Experiment begun = ClassLabels.named(wanted.experiment());
        NewRun.begin(run, begun, program -> graphs.training(begun, program));
      }
      // Its own config may keep other checkpoints or threads, which does not change what it trains.
      Experiment own = ExperimentFile.load(run.config(), List.of());
      BooleanSupplier over = new TimeLimit(run.metrics(), length.seconds());
      new Training(
              Session.of(own),
              run,
              check,
              err,
              () -> interrupted.getAsBoolean() || over.getAsBoolean(),
              Optional.empty())
          .run(length.steps());
    }
    if (!length.isReached(run)) {
      throw new InterruptedStudyException();
    }
    return run;
  }

  /**
   * How far a run is to be trained.
   *
   * @param steps at most
   * @param seconds of training at most; {@link Long#MAX_VALUE} without a bound
   */
  public record Length(long steps, long seconds) {
    /** A bound for a run that has no more than its own steps. */
    public static Length of(TrainingVariant.Seeded run, long steps, long seconds) {
      return new Length(Math.min(steps, run.experiment().getRun().getSteps()), seconds);
    }

    // By the newest checkpoint: a log may be ahead of it.
    boolean isReached(RunFolder run) throws IOException {
      long completed =
          new Checkpoints(run.checkpoints(), 1)
              .completed().stream().mapToLong(Long::longValue).max().orElse(0);
      return completed >= steps
          || RunClock.of(MetricsLog.read(run.metrics())).seconds(completed) >= seconds;
    }
  }

  /** Ends a run when the last line of its log says that its time is over. */
  private static final class TimeLimit implements BooleanSupplier {
    private final Path log;
    private final long seconds;
    private long size = -1;
    private boolean over;

    TimeLimit(Path log, long seconds) {
      this.log = log;
      this.seconds = seconds;
    }

    @Override
    public boolean getAsBoolean() {
      try {
        // Read again only when there is a new line.
        long now = seconds < Long.MAX_VALUE && Files.exists(log) ? Files.size(log) : size;
        if (now != size) {
          size = now;
          over = MetricsLog.last(log, "seconds").orElse(0) >= seconds;
        }
        return over;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private Optional<RunFolder> find(Experiment wanted) throws IOException {
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    try (var folders = Files.list(folder)) {
      for (Path path : folders.sorted().toList()) {
        RunFolder run = new RunFolder(path);
        if (run.isBegun() && isSame(run, wanted)) {
          return Optional.of(run);
        }
      }
    }
    return Optional.empty();
  }

  // A config that can't be read is not the one that is looked for.
  private boolean isSame(RunFolder run, Experiment wanted) throws IOException {
    try {
      return sameTraining(ExperimentFile.load(run.config(), List.of()), wanted);
    } catch (InvalidInputException e) {
      err.println("left out: " + e.getMessage());
      return false;
    }
  }

  private RunFolder unusedFolder(String name) {
    Path path = folder.resolve(name);
    for (int i = 2; new RunFolder(path).isBegun(); i++) {
      path = folder.resolve(name + "-" + i);
    }
    return new RunFolder(path);
  }

  /** Whether two experiments train the same and leave the same checkpoints to measure. */
  static boolean sameTraining(Experiment found, Experiment wanted) {
    return Aspect.TRAINING.of(found).equals(Aspect.TRAINING.of(wanted))
        && keepsEnough(found, wanted);
  }

  private static boolean keepsEnough(Experiment found, Experiment wanted) {
    long made = wanted.getRun().getSteps() / wanted.getRun().getCheckpointEvery() + 1;
    return found.getRun().getKeepCheckpoints()
        >= Math.min(made, wanted.getRun().getKeepCheckpoints());
  }
}
