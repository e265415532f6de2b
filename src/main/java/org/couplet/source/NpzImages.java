package org.couplet.source;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.couplet.io.FirstNames;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Spelling;
import org.couplet.npy.NpyReader;
import org.couplet.npy.NpzFile;

/** Finds the one array of an {@code .npz} file that holds images. */
final class NpzImages {
  private static final int MOST_NAMED = 8;
  private static final List<String> USUAL = List.of("data", "arr_0");
  private static final List<List<String>> STATISTICS =
      List.of(List.of("mu", "sigma"), List.of("m", "s"), List.of("mean", "cov"));

  private NpzImages() {}

  /**
   * The array {@code data} (downsampled ImageNet's name) if there is one, else {@code arr_0}
   * (NumPy's name for an array without one) if it has 3 or 4 dimensions, else the only array that
   * has.
   *
   * @param prefix with which the wanted array's name begins
   * @param option that gives the prefix
   * @throws InvalidInputException if none or several would do
   */
  static ArrayImages.Part part(Path file, String prefix, String option) throws IOException {
    List<String> found = new ArrayList<>();
    List<String> names;
    try (NpzFile npz = NpzFile.open(file)) {
      names = npz.names().stream().filter(name -> name.startsWith(prefix)).toList();
      if (names.isEmpty() && !npz.names().isEmpty()) {
        throw new InvalidInputException(
            "%s: no array in it has a name that begins with %s (%s); there are %s"
                .formatted(
                    file,
                    prefix,
                    option,
                    FirstNames.of(Spelling.nearestFirst(prefix, npz.names()), MOST_NAMED)));
      }
      for (String name : names) {
        if (name.equals("data") || mayBeImages(npz, name)) {
          found.add(name);
        }
      }
    }
    for (String usual : USUAL) {
      if (found.contains(usual)) {
        return new NpzPart(file, usual);
      }
    }
    if (found.isEmpty() && STATISTICS.stream().anyMatch(names::containsAll)) {
      throw new InvalidInputException(
          "%s: holds statistics of features (%s), no images; give the images"
              .formatted(file, String.join(", ", names)));
    }
    if (found.size() != 1) {
      throw new InvalidInputException(
          "%s: %s of its arrays (%s) may be images; name one by a prefix (%s)"
              .formatted(
                  file,
                  found.isEmpty() ? "none" : "several",
                  names.isEmpty() ? "it has none" : String.join(", ", names),
                  option));
    }
    return new NpzPart(file, found.get(0));
  }

  private record NpzPart(Path file, String name) implements ArrayImages.Part {
    @Override
    public NpyReader open() throws IOException {
      return NpzImages.open(file, name);
    }

    @Override
    public boolean isNamedAsImageNet() {
      return name.equals("data");
    }

    @Override
    public Optional<NpyReader> labels() throws IOException {
      long images;
      List<String> names;
      try (NpzFile npz = NpzFile.open(file);
          NpyReader array = npz.array(name)) {
        images = array.header().shape().get(0);
        names = npz.names();
      }
      for (String candidate : labelNames(name)) {
        if (names.contains(candidate)) {
          NpyReader array = NpzImages.open(file, candidate);
          if (array.header().type().isInteger() && array.header().size() == images) {
            return Optional.of(array);
          }
          array.close();
        }
      }
      return Optional.empty();
    }
  }

  // data and labels (downsampled ImageNet), x_train and y_train (MNIST), train_images and
  // train_labels, arr_0 and arr_1 (samples of several published models).
  private static Set<String> labelNames(String images) {
    Set<String> names = new LinkedHashSet<>();
    names.add(images.replace("images", "labels").replace("data", "labels"));
    names.add(images.replaceFirst("^([xX])(?=_|$)", "y"));
    names.add(images.replace("arr_0", "arr_1"));
    names.add("labels");
    names.remove(images);
    return names;
  }

  // Not an array that Couplet doesn't read, such as one of strings.
  private static boolean mayBeImages(NpzFile npz, String name) throws IOException {
    try (NpyReader array = npz.array(name)) {
      return array.header().shape().numDimensions() >= 3;
    } catch (InvalidInputException e) {
      // Damage has a cause, which a type that is not read lacks.
      if (e.getCause() != null) {
        throw e;
      }
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
