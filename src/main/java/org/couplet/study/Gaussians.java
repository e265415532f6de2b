package org.couplet.study;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The shipped experiments of the paper's table 2. */
final class Gaussians {
  /** One noise mode by the EDM process, and two by the bridge. */
  static final Map<String, String> BOTH_SETTINGS =
      ordered("1m-2m", "gaussians_1m2m_ic", "2m-2m", "gaussians_2m2m_ic");

  /** The two, and one mode by the bridge. */
  static final Map<String, String> ALL_PROCESSES =
      ordered(
          "1m-2m",
          "gaussians_1m2m_ic",
          "1m-2m, bridge",
          "gaussians_1m2m_bridge_ic",
          "2m-2m, bridge",
          "gaussians_2m2m_ic");

  /** One noise mode, whose flow a score model knows. */
  static final Map<String, String> ONE_MODE = ordered("1m-2m", "gaussians_1m2m_ic");

  /** Its score model. */
  static final String SCORE = "gaussians_1m2m_score";

  /** The measurement of figure 2. */
  static final String GRADIENT_VARIANCE = "evaluation.gradient_variance_every=50";

  /** What all Gaussian studies ask of their runs, so that they can share them. */
  static final List<String> MEASURED =
      List.of(
          "evaluation.sample_every=0",
          GRADIENT_VARIANCE,
          "run.log_every=50",
          "run.checkpoint_every=500");

  private Gaussians() {}

  private static Map<String, String> ordered(String... namesAndFiles) {
    Map<String, String> ordered = new LinkedHashMap<>();
    for (int i = 0; i < namesAndFiles.length; i += 2) {
      ordered.put(namesAndFiles[i], namesAndFiles[i + 1]);
    }
    return ordered;
  }
}
