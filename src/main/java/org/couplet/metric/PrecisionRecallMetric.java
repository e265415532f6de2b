package org.couplet.metric;

import java.util.LinkedHashMap;
import java.util.Map;

/** Precision and recall by nearest neighbours among the features; see {@link PrecisionRecall}. */
public record PrecisionRecallMetric() implements Metric {
  // Nearest neighbours cost the square of the rows.
  private static final int MOST_NEIGHBOURS = 10_000;

  @Override
  public Needs needs() {
    return new Needs("precision_recall", 4, Kept.ROWS, Kept.ROWS);
  }

  @Override
  public Score score(FeatureSet generated, FeatureSet reference) {
    FeatureRows real = reference.requiredRows().sample(MOST_NEIGHBOURS, Score.SEED);
    FeatureRows made = generated.requiredRows().sample(MOST_NEIGHBOURS, Score.SEED);
    PrecisionRecall result = PrecisionRecall.measure(real, made);
    Map<String, Number> numbers = new LinkedHashMap<>();
    numbers.put("precision", result.precision());
    numbers.put("recall", result.recall());
    numbers.put("neighbour", result.k());
    numbers.put("precision_rows", made.count());
    numbers.put("recall_rows", real.count());
    return new Score(
        "precision, recall",
        Score.format(
            "%.4f, %.4f (neighbour %d among %d and %d images)",
            result.precision(), result.recall(), result.k(), made.count(), real.count()),
        numbers);
  }
}
