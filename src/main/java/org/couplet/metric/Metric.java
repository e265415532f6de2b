package org.couplet.metric;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What can be measured in one pass over generated images and their reference.
 *
 * <pre>
 * FeatureCollector generated = new FeatureCollector(network, metrics, false);
 * // ... generated.add(network.features(images)) for all, and the same for the reference ...
 * for (Metric metric : metrics) {
 *   System.out.println(metric.score(generated.set(), reference.set()).text());
 * }
 * </pre>
 */
public sealed interface Metric
    permits Fid, FidInfinity, Kid, InceptionScoreMetric, PrecisionRecallMetric {
  /** All metrics, in the order they are printed. */
  static List<Metric> all() {
    return List.of(
        new Fid(),
        new FidInfinity(),
        new Kid(),
        new InceptionScoreMetric(),
        new PrecisionRecallMetric());
  }

  /** What has to be known of a side's images. */
  enum Kept {
    /** Mean and covariance of their features, such as other tools write. */
    STATISTICS,
    /** Features of single images. */
    ROWS,
    /** The classifier's logits of each image. */
    LOGITS
  }

  /**
   * What a metric is called and what it needs.
   *
   * @param word on the command line
   * @param leastImages that a side must have
   * @param generated what must be known of the generated images
   * @param reference what must be known of the reference
   */
  record Needs(String word, int leastImages, Kept generated, Kept reference) {}

  /** What it is called and what it needs. */
  Needs needs();

  /** What the command line calls it. */
  default String word() {
    return needs().word();
  }

  /** What it needs of one side. */
  default Kept of(boolean reference) {
    return reference ? needs().reference() : needs().generated();
  }

  /** Whether it compares with reference images at all. */
  default boolean needsReference() {
    return true;
  }

  /** Whether it is much larger where the images are fewer than the features. */
  default boolean growsWithFewImages() {
    return false;
  }

  /**
   * Its value.
   *
   * @param reference any, where no reference is needed
   * @throws RuntimeException if a side lacks what {@link #needs} names
   */
  Score score(FeatureSet generated, FeatureSet reference);

  /**
   * The metric that a word names.
   *
   * @throws IllegalArgumentException if none has that name
   */
  static Metric parse(String word) {
    return all().stream()
        .filter(metric -> metric.word().equals(word.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(word));
  }

  /** Each of some metrics once, in the order they are printed. */
  static Set<Metric> ordered(Collection<Metric> metrics) {
    Set<Metric> ordered = new LinkedHashSet<>(all());
    ordered.retainAll(metrics);
    return ordered;
  }

  /** All words, for help. */
  static String words() {
    return all().stream().map(Metric::word).collect(Collectors.joining(", "));
  }
}
