package org.couplet.run;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import org.couplet.io.InvalidInputException;
import org.jspecify.annotations.Nullable;

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
   * Takes the lock, making the folder if need be.
   *
   * @throws InvalidInputException if another process trains in the folder
   */
  public static RunLock take(RunFolder run) throws IOException {
    Files.createDirectories(run.root());
    FileChannel channel =
        FileChannel.open(
            run.root().resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (lock(channel) == null) {
      channel.close();
      throw new InvalidInputException(
          "--run " + run.root() + ": another process is training there; wait for it or stop it");
    }
    return new RunLock(channel);
  }

  private static @Nullable FileLock lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // The other is in this very process.
      return null;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
