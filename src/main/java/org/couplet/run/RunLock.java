package org.couplet.run;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.couplet.io.AtomicFile;
import org.couplet.io.FileFailure;
import org.couplet.io.InvalidInputException;

/**
 * Keeps a run's folder to one process. The system lets go of the lock when the process ends,
 * however it ends.
 */
public final class RunLock implements AutoCloseable {
  private final FileChannel channel;

  private RunLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the lock, making the folder if need be. On a file system without locks it goes on
   * without.
   *
   * @param notes gets a line if there are no locks
   * @throws InvalidInputException if another process trains in the folder
   */
  public static RunLock take(RunFolder run, PrintStream notes) throws IOException {
    AtomicFile.createFolder(run.root());
    Path file = run.root().resolve(".lock");
    FileChannel channel =
        FileFailure.opening(
            file,
            () -> FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
    if (!isFree(channel, run, notes)) {
      channel.close();
      throw new InvalidInputException(
          "--run " + run.root() + ": another process is training there; wait for it or stop it");
    }
    return new RunLock(channel);
  }

  private static boolean isFree(FileChannel channel, RunFolder run, PrintStream notes) {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      // The other is in this very process.
      return false;
    } catch (IOException e) {
      // Such as Lustre without the option flock, and some network file systems.
      notes.println(
          "warning: --run "
              + run.root()
              + ": its file system has no locks ("
              + e.getMessage()
              + "); don't train in this folder with two processes at once");
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
