package org.couplet.serving;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.couplet.io.FileFailure;
import org.couplet.loading.SavedModelGraph;

/** Which versions of a model lie in a folder. */
public final class VersionFolders {
  private static final Pattern NUMBER = Pattern.compile("[1-9]\\d{0,17}");

  private VersionFolders() {}

  /**
   * Finds them: folders that are named by a number and hold an export, or the folder itself as
   * version 1, if it is an export.
   */
  public static NavigableMap<Long, Path> in(Path folder) throws IOException {
    NavigableMap<Long, Path> versions = new TreeMap<>();
    if (SavedModelGraph.isIn(folder)) {
      versions.put(1L, folder);
      return versions;
    }
    if (!Files.isDirectory(folder)) {
      return versions;
    }
    FileFailure.reading(
        folder,
        () -> {
          try (Stream<Path> entries = Files.list(folder)) {
            entries
                .filter(entry -> NUMBER.matcher(String.valueOf(entry.getFileName())).matches())
                .filter(SavedModelGraph::isIn)
                .forEach(
                    entry ->
                        versions.put(Long.parseLong(String.valueOf(entry.getFileName())), entry));
          }
          return versions;
        });
    return versions;
  }

  /** The newest of them. */
  public static Optional<Path> newest(Path folder) throws IOException {
    return Optional.ofNullable(in(folder).lastEntry()).map(Map.Entry::getValue);
  }

  /**
   * Sizes and times of a version's files, or why one can't be read; equal as long as they stay as
   * they are.
   */
  static String state(Path version) {
    Map<Path, String> state = new TreeMap<>();
    try {
      Files.walkFileTree(
          version,
          EnumSet.of(FileVisitOption.FOLLOW_LINKS),
          Integer.MAX_VALUE,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              state.put(file, attributes.size() + " " + attributes.lastModifiedTime());
              return FileVisitResult.CONTINUE;
            }

            // It may have gone meanwhile; whether that matters, loading tells.
            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
              state.put(file, e.toString());
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      state.put(version, e.toString());
    }
    return state.toString();
  }
}
