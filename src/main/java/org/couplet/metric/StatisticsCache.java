package org.couplet.metric;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Statistics that were measured before, one file for each set of images and feature network, named
 * by the hashes of both: what changes either finds nothing. A file is whole or absent.
 *
 * @param folder of the files; made when the first is stored
 */
public record StatisticsCache(Path folder) {
  /** Characters of a hash in a name: 64 bits. */
  private static final int PREFIX = 16;

  /** What to do where nothing is stored. */
  @FunctionalInterface
  public interface Measuring {
    /** Measures; empty if it was given up. */
    Optional<GaussianFit> measure() throws IOException;
  }

  /** The user's own: {@code couplet} in $XDG_CACHE_HOME, or in {@code ~/.cache}. */
  public static StatisticsCache ofUser() {
    String caches = System.getenv("XDG_CACHE_HOME");
    Path parent =
        caches == null || caches.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(caches);
    return new StatisticsCache(parent.resolve("couplet"));
  }

  /**
   * What is stored, or else measured and then stored.
   *
   * @param images hash of what the images are
   * @param extractor the feature network's fingerprint
   * @return empty if the measuring was given up
   */
  public Optional<GaussianFit> get(String images, String extractor, Measuring measuring)
      throws IOException {
    Path file = file(images, extractor);
    if (Files.exists(file)) {
      return Optional.of(StatisticsFile.read(file).fit());
    }
    Optional<GaussianFit> fit = measuring.measure();
    if (fit.isPresent()) {
      StatisticsFile.write(file, fit.get(), extractor);
    }
    return fit;
  }

  /** Where the statistics of some images are, or would be. */
  public Path file(String images, String extractor) {
    return folder.resolve(
        images.substring(0, PREFIX) + "-" + extractor.substring(0, PREFIX) + ".npz");
  }
}
