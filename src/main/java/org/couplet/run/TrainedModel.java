package org.couplet.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.couplet.config.ExperimentFile;
import org.couplet.contract.Contract;
import org.couplet.io.ContentHash;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Invocation;
import org.couplet.io.Spelling;
import org.couplet.program.ProgramCheck;
import org.couplet.program.SampleForm;
import org.couplet.program.SamplingProgram;
import org.couplet.program.TrainingProgram;

/** A model to sample from: a run's averaged weights, or an export. */
public final class TrainedModel implements AutoCloseable {
  private final SamplingProgram sampler;
  private final Runnable closing;
  private final Path folder;
  private final Optional<Path> checkpoint;
  private final Hashing hashing;

  private TrainedModel(
      SamplingProgram sampler,
      Runnable closing,
      Path folder,
      Optional<Path> checkpoint,
      Hashing hashing) {
    this.sampler = sampler;
    this.closing = closing;
    this.folder = folder;
    this.checkpoint = checkpoint;
    this.hashing = hashing;
  }

  /** Whether a run was begun or a SavedModel lies in a folder. */
  public static boolean isIn(Path folder) {
    return new RunFolder(folder).isBegun() || Files.exists(folder.resolve("saved_model.pb"));
  }

  /**
   * Opens a run or an export, whichever is there.
   *
   * @param choice of a run's checkpoint
   */
  public static TrainedModel open(Path folder, CheckpointChoice choice) throws IOException {
    RunFolder run = new RunFolder(folder);
    if (run.isBegun()) {
      return ofRun(run, choice);
    }
    if (!Files.isDirectory(folder)) {
      throw new InvalidInputException(
          folder
              + ": no run or export is there; name its folder"
              + Spelling.nearby(folder, TrainedModel::isIn));
    }
    if (!choice.equals(CheckpointChoice.NEWEST)) {
      throw new InvalidInputException(
          folder
              + ": is an export, which has only one set of weights; --best and --checkpoint are for"
              + " runs");
    }
    return ofExport(folder);
  }

  /** Checks on this machine what draws the samples of a run or an export; see {@link #isIn}. */
  public static Map<String, Object> check(Path folder, ProgramCheck check) throws IOException {
    RunFolder run = new RunFolder(folder);
    return run.isBegun()
        ? check.sampling(program(run), Contract.TRAIN_TAG, threads(run))
        : check.sampling(folder, Contract.SERVE_TAG, 0);
  }

  /** What the samples of a run or an export are, without loading it; empty if it makes none. */
  public static Optional<SampleForm> form(Path folder) {
    RunFolder run = new RunFolder(folder);
    return run.isBegun()
        ? SampleForm.read(program(run), Contract.TRAIN_TAG)
        : SampleForm.read(folder, Contract.SERVE_TAG);
  }

  private static Path program(RunFolder run) {
    if (!Files.exists(run.program())) {
      throw new InvalidInputException(
          run.program()
              + ": missing; "
              + Invocation.ofProcess().line("train", "--run", run.root(), "--resume")
              + " builds it again, where the version is that of the run");
    }
    return run.program();
  }

  private static int threads(RunFolder run) throws IOException {
    return ExperimentFile.load(run.config(), List.of()).getRuntime().getThreads();
  }

  /** Opens an export. */
  public static TrainedModel ofExport(Path folder) {
    SamplingProgram program = SamplingProgram.load(folder, 0);
    return new TrainedModel(
        program, program::close, folder, Optional.empty(), () -> ContentHash.of(folder));
  }

  /** Opens a run's averaged weights; see {@link #open}. */
  public static TrainedModel ofRun(RunFolder run, CheckpointChoice choice) throws IOException {
    TrainingProgram program = TrainingProgram.load(program(run), threads(run));
    try {
      Path checkpoint = run.read(choice, program::restore);
      return new TrainedModel(
          program.average(),
          program::close,
          run.root(),
          Optional.of(checkpoint),
          () -> hash(run, checkpoint));
    } catch (IOException | RuntimeException e) {
      program.close();
      throw e;
    }
  }

  private static String hash(RunFolder run, Path checkpoint) throws IOException {
    String weights =
        ContentHash.of(
            Objects.requireNonNull(checkpoint.toAbsolutePath().getParent()),
            name -> name.startsWith(checkpoint.getFileName() + "."));
    return ContentHash.of(weights + ContentHash.of(run.program()));
  }

  @FunctionalInterface
  private interface Hashing {
    String hash() throws IOException;
  }

  /** SHA-256 of its graph and weights, in hexadecimal digits; takes time. */
  public String contentHash() throws IOException {
    return hashing.hash();
  }

  /** Draws the samples; closed with this. */
  public SamplingProgram sampler() {
    return sampler;
  }

  /** The folder, and of a run the checkpoint. */
  public String origin() {
    return folder + checkpoint.map(one -> " at " + one.getFileName()).orElse("");
  }

  /** Where the run or the export is. */
  public Path folder() {
    return folder;
  }

  /** The option by which commands are told of its folder. */
  public String option() {
    return checkpoint.isPresent() ? "--run" : "--model";
  }

  @Override
  public void close() {
    closing.run();
  }
}
