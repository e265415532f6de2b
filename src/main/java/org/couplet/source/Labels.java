package org.couplet.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.couplet.io.AtomicFile;
import org.couplet.io.FileFailure;
import org.couplet.io.FirstNames;
import org.couplet.io.InvalidInputException;
import org.couplet.npy.NpyHeader;
import org.couplet.npy.NpyReader;
import org.couplet.npy.NpyType;
import org.tensorflow.ndarray.Shape;

/**
 * The classes of images that were written. Beside {@code NAME.npy} they are kept as {@code
 * NAME.labels.npy}, int64 [count], and, if the classes have names, as {@code NAME.classes.txt}:
 * class i on line i, from 0.
 *
 * @param ofImages the class of each image, as its source numbers them
 * @param classes the classes' names; empty if the source has none
 */
public record Labels(List<Long> ofImages, List<String> classes) {
  /** What the name of a file of labels ends with. */
  static final String SUFFIX = ".labels.npy";

  private static final int MOST_NAMED = 10;
  private static final String CLASSES_SUFFIX = ".classes.txt";

  /**
   * One folder a class: the first folder in which the paths differ. The classes are numbered in the
   * order of their names.
   *
   * @param names of the images, with slashes
   * @return empty if an image lies outside these folders, or all lie in one
   */
  static Optional<Labels> ofFolders(List<String> names) {
    int common = common(names);
    TreeMap<String, Long> numbers = new TreeMap<>();
    for (String name : names) {
      int end = name.indexOf('/', common);
      if (end < 0) {
        return Optional.empty();
      }
      numbers.put(name.substring(common, end), 0L);
    }
    if (numbers.size() < 2) {
      return Optional.empty();
    }
    long number = 0;
    for (var each : numbers.entrySet()) {
      each.setValue(number++);
    }
    return Optional.of(
        new Labels(
            names.stream()
                .map(name -> numbers.get(name.substring(common, name.indexOf('/', common))))
                .toList(),
            numbers.keySet().stream().map(Labels::oneLine).toList()));
  }

  // The length of the folders that all names begin with, their last slash included.
  static int common(List<String> names) {
    String first = names.isEmpty() ? "" : names.get(0);
    int length = first.lastIndexOf('/') + 1;
    for (String name : names) {
      while (!name.startsWith(first.substring(0, length))) {
        length = first.lastIndexOf('/', length - 2) + 1;
      }
    }
    return length;
  }

  private static String oneLine(String name) {
    return name.replaceAll("\\p{Cntrl}", "?");
  }

  /**
   * How many classes there are, and the first of their names, for users.
   *
   * @param images beside which the names are written
   */
  public String describe(Path images) {
    long count = classes.isEmpty() ? ofImages.stream().distinct().count() : classes.size();
    String names = FirstNames.of(classes, MOST_NAMED);
    String all =
        classes.size() > MOST_NAMED ? " (all: " + beside(images, CLASSES_SUFFIX) + ")" : "";
    return "labels of %d classes%s%s%s".formatted(count, names.isEmpty() ? "" : ": ", names, all);
  }

  /** Writes the files of {@link #filesBeside} that it has, replacing those that are there. */
  public void writeBeside(Path images) throws IOException {
    ByteBuffer values = ByteBuffer.allocate(8 * ofImages.size()).order(ByteOrder.LITTLE_ENDIAN);
    ofImages.forEach(values::putLong);
    if (!classes.isEmpty()) {
      AtomicFile.write(beside(images, CLASSES_SUFFIX), String.join("\n", classes) + "\n");
    }
    AtomicFile.write(
        beside(images, SUFFIX),
        out -> {
          out.write(NpyHeader.of(NpyType.I8, Shape.of(ofImages.size())).toBytes());
          out.write(values.array());
        });
  }

  /** Where labels and names of classes are kept beside an array of images. */
  public static List<Path> filesBeside(Path images) {
    return List.of(beside(images, SUFFIX), beside(images, CLASSES_SUFFIX));
  }

  /**
   * Reads what {@link #writeBeside} wrote; empty if there is no such file.
   *
   * @param count of the images
   * @throws org.couplet.io.InvalidInputException if it is not one integer for each image
   */
  public static Optional<Labels> readBeside(Path images, long count) throws IOException {
    Path file = fileBeside(images);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    return Optional.of(
        FileFailure.reading(
            file,
            () -> {
              try (NpyReader array = NpyReader.open(file)) {
                List<Long> numbers = read(array, count);
                Path names = beside(images, CLASSES_SUFFIX);
                return new Labels(
                    numbers, Files.exists(names) ? Files.readAllLines(names) : List.of());
              }
            }));
  }

  /**
   * The numbers in an array.
   *
   * @throws org.couplet.io.InvalidInputException if it is not one integer for each image
   */
  static List<Long> read(NpyReader array, long images) throws IOException {
    NpyHeader header = array.header();
    // Before any memory is taken for them.
    if (!header.type().isInteger() || header.size() != images) {
      throw new InvalidInputException(
          "%s: holds %s %s, not one integer for each of the %d images; mend or remove it"
              .formatted(array.where(), header.type().descr(), header.shape(), images));
    }
    List<Long> numbers = new ArrayList<>();
    for (double label : array.nextDoubles(Math.toIntExact(images))) {
      numbers.add((long) label);
    }
    return numbers;
  }

  /** The file of an array's labels, which need not be there. */
  public static Path fileBeside(Path images) {
    return beside(images, SUFFIX);
  }

  private static Path beside(Path images, String suffix) {
    String name = images.getFileName().toString().replaceFirst("\\.npy$", "");
    return images.resolveSibling(name + suffix);
  }
}
