package org.couplet.metric;

import java.util.Optional;
import java.util.Set;
import org.couplet.program.FeatureProgram;

/** Takes in features in one pass. Its memory does not depend on the number of images. */
public final class FeatureCollector {
  /** Most images whose features are kept one by one: 0.4 GB of 2048. */
  public static final int MOST_ROWS = 50_000;

  // Other draws than those of the metrics.
  private static final long SEED = 0x726f7773L;

  private final FeatureStatistics statistics;
  private final Optional<FeatureSample> rows;
  private final Optional<InceptionScore> score;

  /**
   * A collector of nothing yet.
   *
   * @param network whose features it takes
   * @param metrics that it will serve
   * @param isReference as which side
   */
  public FeatureCollector(FeatureProgram network, Set<Metric> metrics, boolean isReference) {
    boolean keepsRows = keeps(Metric.Kept.ROWS, metrics, isReference);
    boolean scores = keeps(Metric.Kept.LOGITS, metrics, isReference);
    statistics = new FeatureStatistics(network.dimension());
    rows =
        keepsRows
            ? Optional.of(new FeatureSample(network.dimension(), MOST_ROWS, SEED))
            : Optional.empty();
    score =
        scores
            ? Optional.of(new InceptionScore(network.classes(), InceptionScore.SPLITS))
            : Optional.empty();
  }

  private static boolean keeps(Metric.Kept kept, Set<Metric> metrics, boolean isReference) {
    return metrics.stream().anyMatch(metric -> metric.of(isReference) == kept);
  }

  /** Whether the network is to make logits too. */
  public boolean needsLogits() {
    return score.isPresent();
  }

  /** Takes in what the network made of some images. */
  public void add(FeatureProgram.Outputs outputs) {
    statistics.add(outputs.features());
    rows.ifPresent(sample -> sample.add(outputs.features()));
    score.ifPresent(classes -> classes.add(outputs.logits()));
  }

  /** Number of images so far. */
  public long count() {
    return statistics.count();
  }

  /** What was taken in, of at least 2 images. */
  public FeatureSet set() {
    return new FeatureSet(statistics.fit(), rows, score);
  }
}
