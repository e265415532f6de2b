package org.couplet.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.couplet.io.AtomicFile;

/** What is done with a run's folder, as a process of its own: for file systems that lack things. */
final class OddFileSystem {
  private OddFileSystem() {}

  /**
   * Locks a folder, and writes a file and a folder in it.
   *
   * @param arguments the folder
   */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    RunLock lock = RunLock.take(new RunFolder(folder), System.out);
    try (lock) {
      AtomicFile.write(folder.resolve("file"), "whole");
      AtomicFile.replace(folder.resolve("folder"), Files::createDirectory);
    }
  }
}
