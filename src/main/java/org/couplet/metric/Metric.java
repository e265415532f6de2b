package org.couplet.metric;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.couplet.io.InvalidInputException;

/** What can be measured in one pass over generated images and their reference. */
public enum Metric {
  /** Frechet distance between normal fits of the features; needs no more than statistics. */
  FID(false, false, 2),
  /** FID extrapolated to infinitely many generated images. */
  FID_INFINITY(true, false, 4),
  /** Kernel distance between the features. */
  KID(true, true, 2),
  /** Inception score of the generated images; needs no reference. */
  INCEPTION_SCORE(false, false, InceptionScore.SPLITS),
  /** Precision and recall by nearest neighbours among the features. */
  PRECISION_RECALL(true, true, 4);

  private final boolean generatedRows;
  private final boolean referenceRows;
  private final int leastImages;

  Metric(boolean generatedRows, boolean referenceRows, int leastImages) {
    this.generatedRows = generatedRows;
    this.referenceRows = referenceRows;
    this.leastImages = leastImages;
  }

  /** Images that a side must have. */
  public int leastImages() {
    return leastImages;
  }

  /** What the command line calls it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether single images' features are needed, and not their statistics alone. */
  boolean needsRows(boolean ofReference) {
    return ofReference ? referenceRows : generatedRows;
  }

  /** Whether a side's images are needed, and not only statistics such as other tools write. */
  public boolean needsImages(boolean ofReference) {
    return needsRows(ofReference) || (this == INCEPTION_SCORE && !ofReference);
  }

  /** Whether it compares with reference images at all. */
  public boolean needsReference() {
    return this != INCEPTION_SCORE;
  }

  /** Reads words separated by commas. */
  public static Set<Metric> parse(String words) {
    EnumSet<Metric> metrics = EnumSet.noneOf(Metric.class);
    for (String word : words.split(",", -1)) {
      metrics.add(
          Arrays.stream(values())
              .filter(metric -> metric.word().equals(word.strip().toLowerCase(Locale.ROOT)))
              .findFirst()
              .orElseThrow(
                  () ->
                      new InvalidInputException(
                          "--metrics: '" + word + "' is not one of " + words())));
    }
    return metrics;
  }

  /** All words, for help. */
  public static String words() {
    return Arrays.stream(values()).map(Metric::word).collect(Collectors.joining(", "));
  }
}
