package org.couplet.metric;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Metrics of generated images against their reference, from what one pass over each has kept.
 *
 * @param generated what was kept of the generated images
 * @param reference of the reference; for {@link Metric#INCEPTION_SCORE} alone any will do
 */
public record Comparison(FeatureSet generated, FeatureSet reference) {
  // The same draws of subsets every time.
  private static final long SEED = 0;
  // Nearest neighbours cost the square of the rows.
  private static final int MOST_NEIGHBOURS = 10_000;

  /**
   * The value of a metric.
   *
   * @throws RuntimeException if it needs more images than there are; {@link Metric#leastImages}
   *     says how many
   */
  public Score score(Metric metric) {
    return switch (metric) {
      case FID -> fid();
      case FID_INFINITY -> fidInfinity();
      case KID -> kid();
      case INCEPTION_SCORE -> inceptionScore();
      case PRECISION_RECALL -> precisionRecall();
    };
  }

  private Score fid() {
    double fid = FrechetDistance.between(generated.fit(), reference.fit());
    return new Score("FID", words("%.6g", fid), Map.of("fid", fid));
  }

  private Score fidInfinity() {
    FeatureRows rows = rows(generated);
    FrechetExtrapolation line =
        FrechetExtrapolation.of(rows, FrechetDistance.to(reference.fit()), SEED);
    Map<String, Number> numbers = new LinkedHashMap<>();
    numbers.put("fid_infinity", line.limit());
    numbers.put("fid_infinity_rows", rows.count());
    return new Score(
        "FID, extrapolated",
        words("%.6g (from %d to %d images)", line.limit(), line.smallest(), rows.count()),
        numbers);
  }

  private Score kid() {
    KernelDistance kid = KernelDistance.between(rows(generated), rows(reference), SEED);
    Map<String, Number> numbers = new LinkedHashMap<>();
    numbers.put("kid", kid.mean());
    numbers.put("kid_standard_error", kid.standardError());
    numbers.put("kid_subsets", kid.subsets());
    numbers.put("kid_subset_size", kid.subsetSize());
    String text =
        kid.subsets() == 1
            ? words("%.5g (all %d images of both)", kid.mean(), kid.subsetSize())
            : words(
                "%.5g +- %.2g (standard error over %d subsets of %d)",
                kid.mean(), kid.standardError(), kid.subsets(), kid.subsetSize());
    return new Score("KID", text, numbers);
  }

  private Score inceptionScore() {
    InceptionScore.Score score = generated.score().orElseThrow().score();
    Map<String, Number> numbers = new LinkedHashMap<>();
    numbers.put("inception_score", score.mean());
    numbers.put("inception_score_deviation", score.standardDeviation());
    numbers.put("inception_score_splits", score.splits());
    return new Score(
        "inception score",
        words(
            "%.5g +- %.2g (deviation over %d splits)",
            score.mean(), score.standardDeviation(), score.splits()),
        numbers);
  }

  private Score precisionRecall() {
    FeatureRows real = rows(reference).sample(MOST_NEIGHBOURS, SEED);
    FeatureRows made = rows(generated).sample(MOST_NEIGHBOURS, SEED);
    PrecisionRecall result = PrecisionRecall.of(real, made);
    Map<String, Number> numbers = new LinkedHashMap<>();
    numbers.put("precision", result.precision());
    numbers.put("recall", result.recall());
    numbers.put("neighbour", result.k());
    numbers.put("precision_rows", made.count());
    numbers.put("recall_rows", real.count());
    return new Score(
        "precision, recall",
        words(
            "%.4f, %.4f (neighbour %d among %d and %d images)",
            result.precision(), result.recall(), result.k(), made.count(), real.count()),
        numbers);
  }

  private static FeatureRows rows(FeatureSet set) {
    return set.rows().map(FeatureSample::rows).orElseThrow();
  }

  private static String words(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
