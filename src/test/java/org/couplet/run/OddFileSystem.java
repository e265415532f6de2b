package org.couplet.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.couplet.io.AtomicFile;

/** What is done with a run's folder, as a process of its own: for file systems that lack things. */
final class OddFileSystem {
  private OddFileSystem() {}

  /**
   * Locks a folder, and writes a file and a folder in it; or replaces images and their labels.
   *
   * @param arguments the folder; what the images and labels become
   */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    if (arguments.length > 1) {
      replaceTogether(folder, arguments[1]);
      return;
    }
    RunLock lock = RunLock.take(new RunFolder(folder), System.out);
    try (lock) {
      AtomicFile.write(folder.resolve("file"), "whole");
      AtomicFile.replace(folder.resolve("folder"), Files::createDirectory);
    }
  }

  /** Replaces images and their labels. */
  static void replaceTogether(Path folder, String content) throws IOException {
    Path images = folder.resolve("a.npy");
    Path labels = folder.resolve("a.labels.npy");
    AtomicFile.replaceTogether(
        List.of(images, labels),
        partial -> {
          Files.writeString(partial.resolve("a.npy"), content);
          Files.writeString(partial.resolve("a.labels.npy"), content);
        });
  }
}
