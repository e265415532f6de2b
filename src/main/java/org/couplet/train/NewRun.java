package org.couplet.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Version;
import org.couplet.io.WholeFile;
import org.couplet.program.Contract;

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
   * Makes a run's folder ready for {@link Training}.
   *
   * @param run to begin; what a run that was killed early has left there is replaced
   * @param experiment resolved
   * @param program writes its training program
   * @throws InvalidInputException if the folder holds somebody else's files, or a parent run does
   *     not fit
   */
  public static void begin(RunFolder run, Experiment experiment, ProgramWriter program)
      throws IOException {
    for (ParentRun parent : ParentRun.of(experiment)) {
      parent.check(experiment);
    }
    refuseStrangers(run);
    WholeFile.delete(run.program());
    WholeFile.create(run.program(), program::write);
    WholeFile.write(run.version(), Version.describe() + "\n");
    // The config comes last: a run that was killed before it is in place begins anew.
    WholeFile.write(run.config(), ExperimentFile.print(experiment));
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
