package org.couplet.metric;

import java.util.Optional;

/**
 * What is known of the features of a set of images.
 *
 * @param fit statistics of all
 * @param rows features of single images, drawn evenly from all, where a metric needs them
 * @param score of the classes they are taken for, where asked for
 */
public record FeatureSet(
    GaussianFit fit, Optional<FeatureSample> rows, Optional<InceptionScore> score) {
  /** The rows, for a metric that needs them. */
  FeatureRows requiredRows() {
    return rows.map(FeatureSample::rows).orElseThrow();
  }

  /** A set of which only statistics are known. */
  public static FeatureSet of(GaussianFit fit) {
    return new FeatureSet(fit, Optional.empty(), Optional.empty());
  }
}
