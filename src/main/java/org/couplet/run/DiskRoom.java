package org.couplet.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.couplet.io.ErrorSummary;
import org.couplet.io.FailureException;
import org.couplet.io.FileSize;
import org.couplet.io.Invocation;

/**
 * The room for a run's checkpoints on its disk.
 *
 * @param folder of the checkpoints, which exists
 * @param checkpoint bytes of one
 * @param free bytes
 */
record DiskRoom(Path folder, long checkpoint, long free) {
  static DiskRoom of(Path folder, long checkpoint) throws IOException {
    return new DiskRoom(folder, checkpoint, Files.getFileStore(folder).getUsableSpace());
  }

  /**
   * A line for the user if there is too little.
   *
   * @param there checkpoints that exist
   * @param keep how many are kept; one more exists while it is written
   */
  Optional<String> shortage(int there, long keep) {
    long more = Math.max(0, keep + 1 - there);
    long room = free / Math.max(1, checkpoint);
    return room >= more
        ? Optional.empty()
        : Optional.of(
            "note: %s has %s free, room for %d more checkpoints of %s, but this run needs %d more (run.keep_checkpoints and one being written); make room, or lower run.keep_checkpoints"
                .formatted(
                    folder, FileSize.describe(free), room, FileSize.describe(checkpoint), more));
  }

  /** A step could not be saved; most often the disk is full, which TensorFlow does not say. */
  FailureException notSaved(long step, Optional<Path> last, Exception cause) {
    String from = last.map(prefix -> "go on from " + prefix.getFileName()).orElse("begin again");
    return new FailureException(
        "step %d could not be saved in %s: a checkpoint takes %s and %s are free there (%s). Make room, then %s with: %s"
            .formatted(
                step,
                folder,
                FileSize.describe(checkpoint),
                FileSize.describe(free),
                ErrorSummary.of(cause),
                from,
                Invocation.ofProcess()
                    .line(
                        "train", "--run", folder.resolveSibling("").toAbsolutePath(), "--resume")));
  }
}
