package org.couplet.metric;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.function.Consumer;
import org.couplet.io.AtomicFile;
import org.couplet.io.InvalidInputException;
import org.couplet.io.UserCache;

/**
 * Statistics that were measured before, one file for each set of images and feature network, named
 * by the hashes of both: what changes either finds nothing. A file is whole or absent, also where
 * several processes measure the same. It is a convenience: where it can't be used, the images are
 * measured.
 *
 * @param folder of the files; made when the first is stored
 */
public record StatisticsCache(Path folder) {
  // To be raised when images are decoded, or statistics taken, in another way. For pictures a test
  // sees to it.
  static final int FORMAT = 2;
  // Characters of a hash in a name: 64 bits.
  private static final int PREFIX = 16;

  /** What to do where nothing is stored. */
  @FunctionalInterface
  public interface Measuring {
    /** Measures; empty if it was given up. */
    Optional<GaussianFit> measure() throws IOException;
  }

  /** The user's own: {@code couplet} in $XDG_CACHE_HOME, or in {@code ~/.cache}. */
  public static StatisticsCache ofUser() {
    return new StatisticsCache(UserCache.folder());
  }

  /**
   * What is stored, or else measured and then stored.
   *
   * @param images hash of what the images are
   * @param extractor the feature network's fingerprint
   * @param tell takes a line on where the statistics come from, or why they can't be kept
   * @return empty if the measuring was given up
   */
  public Optional<GaussianFit> get(
      String images, String extractor, Consumer<String> tell, Measuring measuring)
      throws IOException {
    Path file = file(images, extractor);
    Optional<GaussianFit> stored = stored(file, tell);
    if (stored.isPresent()) {
      return stored;
    }
    Optional<GaussianFit> fit = measuring.measure();
    if (fit.isPresent()) {
      store(file, fit.get(), extractor, tell);
    }
    return fit;
  }

  private static Optional<GaussianFit> stored(Path file, Consumer<String> tell) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      GaussianFit fit = StatisticsFile.read(file).fit();
      tell.accept("was measured before, taken from " + file);
      return Optional.of(fit);
    } catch (IOException | InvalidInputException e) {
      tell.accept("is measured again, as what was kept can't be read: " + e.getMessage());
      return Optional.empty();
    }
  }

  private void store(Path file, GaussianFit fit, String extractor, Consumer<String> tell) {
    // A name of this process's own: another may be writing the same.
    Path own = file.resolveSibling(file.getFileName() + "." + ProcessHandle.current().pid());
    try {
      StatisticsFile.write(own, fit, extractor);
      Files.move(own, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      remove(own);
      tell.accept(
          "statistics can't be kept in " + folder + " (" + e.getMessage() + "); going on without");
    }
  }

  private static void remove(Path file) {
    try {
      AtomicFile.delete(file);
    } catch (IOException e) {
      // The user reads why it can't be kept.
    }
  }

  private Path file(String images, String extractor) {
    return folder.resolve(
        "%s-%s-%d.npz"
            .formatted(images.substring(0, PREFIX), extractor.substring(0, PREFIX), FORMAT));
  }
}
