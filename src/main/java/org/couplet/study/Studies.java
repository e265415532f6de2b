package org.couplet.study;

import java.util.List;
import java.util.Optional;

/** The studies by name. */
public final class Studies {
  private static final List<Study> ALL =
      List.of(
          new VarianceStudy(),
          new TransportStudy(),
          new TrajectoryStudy(),
          ComparisonStudy.components(),
          ComparisonStudy.schedule(),
          ComparisonStudy.ema(),
          ComparisonStudy.mixing(),
          SamplesStudy.figure(),
          SamplesStudy.compare(),
          new DiagnosisStudy(),
          new ProgressStudy());

  private static final List<String> OF_GAUSSIANS =
      List.of("variance", "transport", "trajectory", "schedule", "ema", "mixing");

  private Studies() {}

  /** Every study: those of the paper in its order, then those of any models. */
  public static List<Study> all() {
    return ALL;
  }

  /** Those that the paper's two-dimensional mixtures can be put through. */
  public static List<Study> ofGaussians() {
    return ALL.stream().filter(study -> OF_GAUSSIANS.contains(study.name())).toList();
  }

  /** The study of a name. */
  public static Optional<Study> named(String name) {
    return ALL.stream().filter(study -> study.name().equals(name)).findFirst();
  }
}
