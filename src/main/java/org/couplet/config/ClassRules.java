package org.couplet.config;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.couplet.config.proto.ClassConfig;
import org.couplet.config.proto.Experiment;

/** What must hold between the classes of the data and the network that is told them. */
final class ClassRules {
  private static final String DIMENSION = "network.label_dim";
  private static final String CLASSES = "dataset.classes";

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
    List<ClassConfig> classes = experiment.getDataset().getClassesList();
    if (!classes.isEmpty() && classes.size() != dimension) {
      throw origins.problem(
          CLASSES,
          "%d classes where network.label_dim is %d. Set it to %d, or leave the classes out"
              .formatted(classes.size(), dimension, classes.size()),
          DIMENSION);
    }
    names(classes);
  }

  private void names(List<ClassConfig> classes) {
    Set<String> seen = new HashSet<>();
    for (ClassConfig one : classes) {
      String name = one.getName();
      if (name.isBlank() || name.chars().anyMatch(Character::isISOControl)) {
        throw origins.problem(CLASSES, "a class without a plain name. Name each in one line");
      }
      if (!seen.add(name)) {
        throw origins.problem(
            CLASSES, "two classes are called " + name + ". Give each a name of its own");
      }
    }
    if (!classes.isEmpty() && classes.stream().allMatch(one -> one.getCount() == 0)) {
      throw origins.problem(CLASSES, "no class has an image. Give counts above 0");
    }
  }
}
