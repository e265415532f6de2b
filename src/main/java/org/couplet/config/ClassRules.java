package org.couplet.config;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.couplet.config.proto.DatasetConfig;
import org.couplet.config.proto.Experiment;

/** What must hold between the classes of the data and the network that is told them. */
final class ClassRules {
  private static final String DIMENSION = "network.label_dim";
  private static final String NAMES = "dataset.class_names";
  private static final String COUNTS = "dataset.class_counts";

  private final Experiment experiment;
  private final Origins origins;

  ClassRules(Experiment experiment, Origins origins) {
    this.experiment = experiment;
    this.origins = origins;
  }

  /** The first breach is one line. */
  void check() {
    int dimension = experiment.getNetwork().getLabelDim();
    if (dimension > 0 && experiment.getDataset().hasGaussians()) {
      throw origins.problem(
          DIMENSION, "points have no classes. Remove it, or choose images", "dataset.gaussians");
    }
    if (dimension == 0 && experiment.getNetwork().getLabelDropout() > 0) {
      throw origins.problem(
          "network.label_dropout",
          "this network is told no classes. Remove it, or set label_dim to their number");
    }
    DatasetConfig dataset = experiment.getDataset();
    int names = dataset.getClassNamesCount();
    if (names != dataset.getClassCountsCount()) {
      throw origins.problem(
          COUNTS,
          "%d counts for %d names. Give one for each, or leave both out"
              .formatted(dataset.getClassCountsCount(), names),
          NAMES);
    }
    if (names > 0 && names != dimension) {
      throw origins.problem(
          NAMES,
          "%d classes where network.label_dim is %d. Set it to %d, or leave the classes out"
              .formatted(names, dimension, names),
          DIMENSION);
    }
    if (names > 0 && dataset.getClassCountsList().stream().allMatch(count -> count == 0)) {
      throw origins.problem(COUNTS, "no class has an image. Give counts above 0");
    }
    names(dataset.getClassNamesList());
  }

  private void names(List<String> names) {
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (name.isBlank() || name.chars().anyMatch(Character::isISOControl)) {
        throw origins.problem(NAMES, "a class without a plain name. Name each in one line");
      }
      if (!seen.add(name)) {
        throw origins.problem(
            NAMES, "two classes are called " + name + ". Give each a name of its own");
      }
    }
  }
}
