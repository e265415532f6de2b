package org.couplet.loading;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    Path temporary = temporary(folder);
    try {
      return work.apply(link(temporary, folder));
    } finally {
      remove(temporary);
    }
  }

  // TensorFlow's own failures, which the work may have, must not be taken for one of the link.
  private static Path link(Path temporary, Path folder) {
    try {
      return Files.createSymbolicLink(temporary.resolve("folder"), folder.toAbsolutePath());
    } catch (IOException | UnsupportedOperationException e) {
      throw noLink(folder, temporary.toString(), e);
    }
  }

  // The temporary folder may itself have such a sign.
  private static Path temporary(Path folder) {
    String first = System.getProperty("java.io.tmpdir", "");
    Exception failure = new IOException("it has such a sign itself");
    for (String name : List.of(first, "/tmp", "/var/tmp", System.getProperty("user.home", ""))) {
      Path place = Path.of(name).toAbsolutePath();
      if (!hasSigns(place)) {
        try {
          return Files.createTempDirectory(place, "couplet-link");
        } catch (IOException e) {
          failure = e;
        }
      }
    }
    throw noLink(folder, first, failure);
  }

  private static InvalidInputException noLink(Path folder, String place, Exception cause) {
    return new InvalidInputException(
        "%s: TensorFlow takes one of the signs []*?{}\\ for a pattern, and no link without it can be made in %s (%s); rename the folder"
            .formatted(folder, place, cause.getMessage()),
        cause);
  }

  private static void remove(Path temporary) {
    try {
      AtomicFile.delete(temporary);
    } catch (IOException e) {
      // A link too many in the temporary folder harms nobody.
    }
  }
}
