package org.couplet.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.couplet.config.ExperimentFile;
import org.couplet.io.InvalidInputException;
import org.couplet.program.Contract;
import org.couplet.program.ProgramCheck;
import org.couplet.program.SamplingProgram;
import org.couplet.program.TrainingProgram;

/** A model to sample from: a run's averaged weights, or an export. */
public final class TrainedModel implements AutoCloseable {
  private final SamplingProgram sampler;
  private final Runnable closing;
  private final String origin;

  private TrainedModel(SamplingProgram sampler, Runnable closing, String origin) {
    this.sampler = sampler;
    this.closing = closing;
    this.origin = origin;
  }

  /** Whether a run was begun or a SavedModel lies in a folder. */
  public static boolean isIn(Path folder) {
    return new RunFolder(folder).isBegun() || Files.exists(folder.resolve("saved_model.pb"));
  }

  /**
   * Opens a run or an export, whichever is there.
   *
   * @param best of a run: the weights that {@link RunFolder#bestCheckpoint} names, not the newest
   */
  public static TrainedModel open(Path folder, boolean best) throws IOException {
    RunFolder run = new RunFolder(folder);
    if (run.isBegun()) {
      return ofRun(run, best);
    }
    if (!Files.isDirectory(folder)) {
      throw new InvalidInputException(folder + ": no run or export is there; name its folder");
    }
    if (best) {
      throw new InvalidInputException(
          folder + ": is an export, which holds the weights it holds; --best is for runs");
    }
    return ofExport(folder);
  }

  /** Checks on this machine what draws the samples of a run or an export; see {@link #isIn}. */
  public static Map<String, Object> check(Path folder, ProgramCheck check) throws IOException {
    RunFolder run = new RunFolder(folder);
    return run.isBegun()
        ? check.sampling(run.program(), Contract.TRAIN_TAG, threads(run))
        : check.sampling(folder, Contract.SERVE_TAG, 0);
  }

  private static int threads(RunFolder run) throws IOException {
    return ExperimentFile.load(run.config(), List.of()).getRuntime().getThreads();
  }

  /** Opens an export. */
  public static TrainedModel ofExport(Path folder) {
    SamplingProgram program = SamplingProgram.load(folder, 0);
    return new TrainedModel(program, program::close, folder.toString());
  }

  /** Opens a run's averaged weights; see {@link #open}. */
  public static TrainedModel ofRun(RunFolder run, boolean best) throws IOException {
    Path checkpoint = best ? run.bestCheckpoint() : run.newestCheckpoint();
    TrainingProgram program = TrainingProgram.load(run.program(), threads(run));
    try {
      program.restore(checkpoint);
      String origin = run.root() + " at " + checkpoint.getFileName();
      return new TrainedModel(program.average(), program::close, origin);
    } catch (RuntimeException e) {
      program.close();
      throw e;
    }
  }

  /** Draws the samples; closed with this. */
  public SamplingProgram sampler() {
    return sampler;
  }

  /** The folder, and of a run the checkpoint. */
  public String origin() {
    return origin;
  }

  @Override
  public void close() {
    closing.run();
  }
}
