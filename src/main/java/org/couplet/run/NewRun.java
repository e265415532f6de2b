package org.couplet.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.contract.Contract;
import org.couplet.io.AtomicFile;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Version;
import org.couplet.report.MetricsLog;

/** Begins runs: fills their folders. */
public final class NewRun {
  private NewRun() {}

  /** Writes a training program into a folder that does not exist yet. */
  @FunctionalInterface
  public interface ProgramWriter {
    /** Fills {@code folder}. */
    void write(Path folder) throws IOException;
  }

  /**
   * Makes a run's folder ready for training.
   *
   * @param run to begin; what a run that was killed early has left there is replaced
   * @param experiment resolved
   * @param program writes its training program
   * @throws InvalidInputException if the folder holds somebody else's files or steps of a run that
   *     has lost its checkpoints, or a parent run does not fit
   */
  public static void begin(RunFolder run, Experiment experiment, ProgramWriter program)
      throws IOException {
    for (ParentRun parent : ParentRun.of(experiment)) {
      parent.check(experiment);
    }
    refuseStrangers(run);
    refuseLostSteps(run, experiment);
    AtomicFile.replace(run.program(), program::write);
    AtomicFile.write(run.version(), Version.describe() + "\n");
    // The config comes last: a run killed before it is in place starts over.
    AtomicFile.write(run.config(), ExperimentFile.print(experiment));
  }

  /**
   * Throws if steps were completed and their checkpoints are lost, instead of beginning at step 0.
   * A run that was killed before its first checkpoint may begin again.
   *
   * @param run has no complete checkpoint
   */
  public static void refuseLostSteps(RunFolder run, Experiment experiment) throws IOException {
    Optional<Path> trace = new Checkpoints(run.checkpoints(), 1).trace();
    long logged = 0;
    for (Map<String, Double> line : MetricsLog.read(run.metrics())) {
      logged = Math.max(logged, line.getOrDefault("step", 0.0).longValue());
    }
    boolean logsMore = logged > firstSaved(experiment);
    long saved = new RunHistory(run.history()).lastSaved();
    if (trace.isPresent() || logsMore || saved > 0) {
      String metrics = run.metrics() + " goes to step " + logged;
      String history = run.history() + " says that step " + saved + " was saved";
      throw new InvalidInputException(
          run.root()
              + ": no complete checkpoint is left, but "
              + trace.map(file -> file + " is there").orElse(logsMore ? metrics : history)
              + "; put the files step-N.* of a checkpoint back into "
              + run.checkpoints()
              + ", or remove "
              + run.root()
              + " to begin again at step 0");
    }
  }

  private static long firstSaved(Experiment experiment) {
    if (!ParentRun.of(experiment).isEmpty()) {
      return 0;
    }
    long every = experiment.getRun().getCheckpointEvery();
    long fidEvery = experiment.getEvaluation().getFidEvery();
    return fidEvery > 0 ? Math.min(every, fidEvery) : every;
  }

  // Only what a run that was killed early has left is replaced.
  private static void refuseStrangers(RunFolder run) {
    Path carried = run.program().resolve(Contract.EXTRA_FOLDER).resolve(Contract.EXPERIMENT_FILE);
    boolean foreignProgram = Files.exists(run.program()) && !Files.exists(carried);
    if (foreignProgram || Files.exists(run.checkpoints())) {
      throw new InvalidInputException(
          "--run "
              + run.root()
              + ": there is a "
              + (foreignProgram ? "program" : "checkpoints")
              + " folder but no run (config.textproto is missing); choose another folder");
    }
  }
}
