package org.couplet.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Spelling;

/**
 * Where things are in a run's folder.
 *
 * @param root the folder
 */
public record RunFolder(Path root) {
  /** Ends a message that no run is there: the runs near it, if there are any. */
  public String nearby() {
    for (Path above = root.normalize().getParent(); above != null; above = above.getParent()) {
      if (new RunFolder(above).isBegun()) {
        return "; did you mean " + above + "?";
      }
    }
    return Spelling.nearby(root, path -> new RunFolder(path).isBegun());
  }

  /** The resolved experiment. */
  public Path config() {
    return root.resolve("config.textproto");
  }

  /** What wrote the run: version and commit. */
  public Path version() {
    return root.resolve("couplet_version");
  }

  /** The training program, a SavedModel. */
  public Path program() {
    return root.resolve("program");
  }

  /** Folder of the checkpoints. */
  public Path checkpoints() {
    return root.resolve("checkpoints");
  }

  /** Folder of the checkpoint whose samples were best; empty without such measurements. */
  public Path best() {
    return root.resolve("best");
  }

  /** The FID of the checkpoint in {@link #best} and its step, as a line of the metrics. */
  public Path bestFid() {
    return best().resolve("fid.json");
  }

  /**
   * Prefix of the newest checkpoint.
   *
   * @throws InvalidInputException if there is none
   */
  public Path newestCheckpoint() throws IOException {
    return newest(checkpoints(), "has no checkpoint yet; train it further");
  }

  /**
   * Prefix of the checkpoint whose samples had the lowest FID.
   *
   * @throws InvalidInputException if none was measured
   */
  public Path bestCheckpoint() throws IOException {
    return newest(
        best(),
        "has no best checkpoint: no FID was measured; train with evaluation.fid_every, or take the"
            + " newest");
  }

  /** Reads a checkpoint. */
  @FunctionalInterface
  public interface Reader {
    /** Reads the one with this prefix. */
    void read(Path checkpoint) throws IOException;
  }

  /**
   * Hands a checkpoint to a reader; the next one if it was deleted meanwhile, as a run in training
   * does.
   *
   * @return the prefix of the one that was read
   * @throws InvalidInputException if there is none, or it is damaged
   */
  public Path read(CheckpointChoice choice, Reader reader) throws IOException {
    while (true) {
      Path checkpoint = checkpoint(choice);
      try {
        reader.read(checkpoint);
        return checkpoint;
      } catch (InvalidInputException e) {
        if (Checkpoints.isComplete(checkpoint)) {
          throw new InvalidInputException(
              e.getMessage() + ". --checkpoint N takes another one of the run, if it has one", e);
        }
      }
    }
  }

  /**
   * Prefix of a checkpoint.
   *
   * @throws InvalidInputException if there is none
   */
  public Path checkpoint(CheckpointChoice choice) throws IOException {
    if (choice.step().isPresent()) {
      Checkpoints all = new Checkpoints(checkpoints(), 1);
      all.require(choice.step().getAsLong());
      return all.at(choice.step().getAsLong());
    }
    return choice.best() ? bestCheckpoint() : newestCheckpoint();
  }

  private Path newest(Path folder, String problem) throws IOException {
    return new Checkpoints(folder, 1)
        .latest()
        .orElseThrow(() -> new InvalidInputException(root + ": " + problem));
  }

  /** One JSON object a line. */
  public Path metrics() {
    return root.resolve("metrics.jsonl");
  }

  /** One JSON object a session. */
  public Path history() {
    return root.resolve("history.jsonl");
  }

  /** Folder of the sample pictures. */
  public Path samples() {
    return root.resolve("samples");
  }

  /** Whether a run was begun here: its config, which is written last, is in place. */
  public boolean isBegun() {
    return Files.isRegularFile(config());
  }
}
