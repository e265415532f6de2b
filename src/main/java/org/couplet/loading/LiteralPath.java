package org.couplet.loading;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.couplet.io.AtomicFile;
import org.couplet.io.InvalidInputException;

/**
 * Paths for TensorFlow. It takes some signs in a path for a pattern and then finds nothing, so it
 * gets a path through a link that has none: in a temporary folder, for as long as the work takes.
 */
final class LiteralPath {
  private static final Pattern SIGNS = Pattern.compile("[\\[\\]*?{}\\\\]");

  private LiteralPath() {}

  /** Does work with a folder. */
  static <T> T ofFolder(Path folder, Function<Path, T> work) {
    return hasSigns(folder) ? linked(folder, work) : work.apply(folder);
  }

  /** Does work with a checkpoint's prefix, whose own name has no such sign. */
  static <T> T ofPrefix(Path prefix, Function<Path, T> work) {
    Path folder = prefix.toAbsolutePath().getParent();
    return folder != null && hasSigns(prefix)
        ? linked(folder, link -> work.apply(link.resolve(prefix.getFileName())))
        : work.apply(prefix);
  }

  private static boolean hasSigns(Path path) {
    return SIGNS.matcher(path.toString()).find();
  }

  private static <T> T linked(Path folder, Function<Path, T> work) {
    Path temporary;
    Path link;
    try {
      temporary = Files.createTempDirectory("couplet-link");
      link = Files.createSymbolicLink(temporary.resolve("folder"), folder.toAbsolutePath());
    } catch (IOException | UnsupportedOperationException e) {
      throw new InvalidInputException(
          "%s: TensorFlow takes one of the signs []*?{}\\ for a pattern, and no link without it can be made in %s (%s); rename the folder"
              .formatted(folder, System.getProperty("java.io.tmpdir"), e.getMessage()),
          e);
    }
    try {
      return work.apply(link);
    } finally {
      remove(temporary);
    }
  }

  private static void remove(Path temporary) {
    try {
      AtomicFile.delete(temporary);
    } catch (IOException e) {
      // A link too many in the temporary folder harms nobody.
    }
  }
}
