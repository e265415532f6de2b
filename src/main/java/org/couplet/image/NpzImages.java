package org.couplet.image;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.couplet.io.InvalidInputException;
import org.couplet.npy.NpyReader;
import org.couplet.npy.NpzFile;

/** Finds the one array of an {@code .npz} file that holds images. */
final class NpzImages {
  private static final List<String> USUAL = List.of("data", "arr_0");
  private static final List<String> STATISTICS = List.of("mu", "sigma");

  private NpzImages() {}

  /**
   * The array {@code data} (downsampled ImageNet's name) if there is one, else {@code arr_0}
   * (NumPy's name for an array without one) if it has 3 or 4 dimensions, else the only array that
   * has.
   *
   * @param prefix with which the wanted array's name begins
   * @throws InvalidInputException if none or several would do
   */
  static ArrayImages.Part part(Path file, String prefix) throws IOException {
    List<String> found = new ArrayList<>();
    List<String> names;
    try (NpzFile npz = NpzFile.open(file)) {
      names = npz.names().stream().filter(name -> name.startsWith(prefix)).toList();
      for (String name : names) {
        if (name.equals("data") || mayBeImages(npz, name)) {
          found.add(name);
        }
      }
    }
    for (String usual : USUAL) {
      if (found.contains(usual)) {
        return () -> open(file, usual);
      }
    }
    if (found.isEmpty() && names.containsAll(STATISTICS)) {
      throw new InvalidInputException(
          file + ": holds statistics of features (mu, sigma), no images; give the images");
    }
    if (found.size() != 1) {
      throw new InvalidInputException(
          "%s: %s of its arrays (%s) may be images; name one by a prefix (--only)"
              .formatted(file, found.isEmpty() ? "none" : "several", String.join(", ", names)));
    }
    return () -> open(file, found.get(0));
  }

  // Not an array that Couplet doesn't read, such as one of strings.
  private static boolean mayBeImages(NpzFile npz, String name) throws IOException {
    try (NpyReader array = npz.array(name)) {
      return array.header().shape().numDimensions() >= 3;
    } catch (InvalidInputException e) {
      return false;
    }
  }

  private static NpyReader open(Path file, String name) throws IOException {
    NpzFile npz = NpzFile.open(file);
    try {
      return npz.array(name).closing(npz);
    } catch (IOException | RuntimeException e) {
      npz.close();
      throw e;
    }
  }
}
