package org.couplet.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.couplet.config.proto.DatasetConfig;
import org.couplet.config.proto.Experiment;
import org.couplet.io.InvalidInputException;
import org.couplet.source.Labels;

/**
 * The class of each element of a data set.
 *
 * @param ofElements numbers of classes, from 0, in the order of the elements
 * @param names of the classes, at least as many as are numbered
 */
@SuppressWarnings("ArrayRecordComponent") // made once and only read
public record ClassLabels(int[] ofElements, List<String> names) {
  /** Of a model without classes, or data without labels. */
  public static final int[] NONE = new int[0];

  private static final int MOST_CLASSES = 100_000;

  /**
   * Those that {@code couplet data} kept beside an array of images; empty if there are none.
   *
   * @param count of the images
   * @throws InvalidInputException if they are not the labels of so many images
   */
  static Optional<ClassLabels> beside(Path images, long count) throws IOException {
    Optional<Labels> kept = Labels.readBeside(images, count);
    if (kept.isEmpty()) {
      return Optional.empty();
    }
    int[] numbers = new int[(int) count];
    int classes = kept.get().classes().size();
    for (int i = 0; i < numbers.length; i++) {
      long number = kept.get().ofImages().get(i);
      if (number < 0 || number >= MOST_CLASSES) {
        throw new InvalidInputException(
            "%s: label %d of image %d is not in 0..%d; make the labels again with `couplet data`"
                .formatted(Labels.fileBeside(images), number, i, MOST_CLASSES - 1));
      }
      numbers[i] = (int) number;
      classes = Math.max(classes, numbers[i] + 1);
    }
    List<String> names = new ArrayList<>(kept.get().classes());
    while (names.size() < classes) {
      names.add(String.valueOf(names.size()));
    }
    return Optional.of(new ClassLabels(numbers, List.copyOf(names)));
  }

  /**
   * Those of some elements.
   *
   * @param all of all elements, or {@link #NONE}, which stays so
   * @param indices of elements
   */
  public static int[] at(int[] all, long[] indices) {
    return all.length == 0
        ? all
        : Arrays.stream(indices).mapToInt(index -> all[(int) index]).toArray();
  }

  /**
   * An experiment with the classes that its data have, where its network is told classes and none
   * are named yet. Unchanged where the data are not there.
   *
   * @throws InvalidInputException if the data have no labels, or more classes than the network
   */
  public static Experiment named(Experiment experiment) throws IOException {
    int dimension = experiment.getNetwork().getLabelDim();
    if (dimension == 0
        || experiment.getDataset().getClassNamesCount() > 0
        || MissingImages.of(experiment.getDataset()).isPresent()) {
      return experiment;
    }
    try (Dataset dataset = Dataset.open(experiment.getDataset())) {
      Experiment.Builder named = experiment.toBuilder();
      required(dataset).addTo(named.getDatasetBuilder(), dimension);
      return named.build();
    }
  }

  /**
   * Those of data for a network that needs them.
   *
   * @throws InvalidInputException if there are none
   */
  public static ClassLabels required(Dataset dataset) throws IOException {
    return dataset
        .classLabels()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "network.label_dim: the data have no labels; `couplet data` keeps those of"
                        + " sources that have classes (docs/data.md), or set label_dim to 0"));
  }

  /**
   * The class of each element, for a network that is told so many classes.
   *
   * @throws InvalidInputException if there are none, or one is beyond the network's
   */
  public static int[] forNetwork(Dataset dataset, int dimension) throws IOException {
    int[] labels = required(dataset).ofElements();
    int highest = Arrays.stream(labels).max().orElse(0);
    if (highest >= dimension) {
      // Unnoticed it would be trained as of no class.
      throw new InvalidInputException(
          "network.label_dim: %d, but the data have images of class %d; give the data that this network was made for, or begin a run with label_dim %d"
              .formatted(dimension, highest, highest + 1));
    }
    return labels;
  }

  private void addTo(DatasetConfig.Builder dataset, int dimension) {
    if (names.size() > dimension) {
      throw new InvalidInputException(
          "network.label_dim: %d, but the data have %d classes; set it to %d"
              .formatted(dimension, names.size(), names.size()));
    }
    long[] counts = new long[dimension];
    Arrays.stream(ofElements).forEach(label -> counts[label]++);
    Set<String> taken = new HashSet<>();
    for (int i = 0; i < dimension; i++) {
      dataset.addClassNames(nameOfItsOwn(i, taken));
      dataset.addClassCounts(counts[i]);
    }
  }

  // As a config must have them: plain, and no two alike.
  private String nameOfItsOwn(int number, Set<String> taken) {
    String name =
        (number < names.size() ? names.get(number) : "")
            .replaceAll("[\\x00-\\x1f\\x7f-\\x9f]", "?");
    if (name.isBlank()) {
      name = String.valueOf(number);
    }
    while (!taken.add(name)) {
      name += " (" + number + ")";
    }
    return name;
  }
}
