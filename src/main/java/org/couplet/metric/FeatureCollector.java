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
    this(
        network.dimension(),
        keeps(Metric.Kept.ROWS, metrics, isReference),
        keeps(Metric.Kept.LOGITS, metrics, isReference) ? network.classes() : 0);
  }

  /**
   * A collector of nothing yet, for shards.
   *
   * @param dimension number of features
   * @param keepsRows whether the shards kept rows
   * @param classes of the shards' sums of the inception score; 0 if they have none
   */
  public FeatureCollector(int dimension, boolean keepsRows, int classes) {
    statistics = new FeatureStatistics(dimension);
    rows =
        keepsRows ? Optional.of(new FeatureSample(dimension, MOST_ROWS, SEED)) : Optional.empty();
    score =
        classes > 0
            ? Optional.of(new InceptionScore(classes, InceptionScore.SPLITS))
            : Optional.empty();
  }

  /** Where the sample of all images keeps the rows of a shard that begins with some image. */
  public static ReservoirSlots slots(long first) {
    return new ReservoirSlots(MOST_ROWS, SEED, first);
  }

  /** Whether metrics need something of one side. */
  public static boolean keeps(Metric.Kept kept, Set<Metric> metrics, boolean isReference) {
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

  /**
   * Takes in the next shard: shards come in the order of their images.
   *
   * @throws IllegalArgumentException if it does not go with those before it
   */
  public void add(ShardFeatures shard) {
    statistics.merge(shard.moments());
    rows.ifPresent(sample -> sample.put(shard.rows().orElseThrow()));
    score.ifPresent(sums -> sums.merge(shard.classes().orElseThrow(), shard.moments().count()));
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
