package org.couplet.train;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where things are in a run's folder.
 *
 * @param root the folder
 */
public record RunFolder(Path root) {
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

  /** One JSON object a line. */
  public Path metrics() {
    return root.resolve("metrics.jsonl");
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
