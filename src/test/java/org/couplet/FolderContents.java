package org.couplet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.couplet.io.ContentHash;

/** What is in a run's folder, to see whether something touched it. */
public final class FolderContents {
  private FolderContents() {}

  /** The files' names, relative to the folder, and hashes; without the lock, which says nothing. */
  public static Map<String, String> of(Path folder) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (var paths = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) paths.filter(Files::isRegularFile)::iterator) {
        if (!path.endsWith(".lock")) {
          contents.put(folder.relativize(path).toString(), ContentHash.of(path));
        }
      }
    }
    return contents;
  }

  /** Copies a folder to a place that is not there yet. */
  public static void copy(Path from, Path to) throws IOException {
    try (var paths = Files.walk(from)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }
}
