package org.couplet.evaluation;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.couplet.metric.FeatureCollector;
import org.couplet.metric.FeatureRows;
import org.couplet.metric.FeatureStatistics;
import org.couplet.metric.InceptionScore;
import org.couplet.metric.Metric;
import org.couplet.metric.ReservoirSlots;
import org.couplet.metric.ShardFeatures;
import org.couplet.program.FeatureProgram;

/** Takes in the features of one shard of the generated images, in one pass. */
final class ShardCollector {
  private final int dimension;
  private final FeatureStatistics statistics;
  private final Optional<ReservoirSlots> slots;
  private final Map<Integer, float[]> kept = new TreeMap<>();
  private final Optional<InceptionScore> score;

  /**
   * A collector of nothing yet.
   *
   * @param network whose features it takes
   * @param metrics that the merged shards will serve
   * @param first index of the shard's first image
   */
  ShardCollector(FeatureProgram network, Set<Metric> metrics, long first) {
    dimension = network.dimension();
    statistics = new FeatureStatistics(dimension);
    slots =
        FeatureCollector.keeps(Metric.Kept.ROWS, metrics, false)
            ? Optional.of(FeatureCollector.slots(first))
            : Optional.empty();
    score =
        FeatureCollector.keeps(Metric.Kept.LOGITS, metrics, false)
            ? Optional.of(new InceptionScore(network.classes(), InceptionScore.SPLITS))
            : Optional.empty();
  }

  /** Whether the network is to make logits too. */
  boolean needsLogits() {
    return score.isPresent();
  }

  /** Takes in what the network made of some images. */
  void add(FeatureProgram.Outputs outputs) {
    statistics.add(outputs.features());
    slots.ifPresent(places -> keep(new FeatureRows(outputs.features(), dimension), places));
    score.ifPresent(classes -> classes.add(outputs.logits()));
  }

  private void keep(FeatureRows rows, ReservoirSlots places) {
    for (int row = 0; row < rows.count(); row++) {
      long slot = places.next();
      if (slot < FeatureCollector.MOST_ROWS) {
        int from = row * dimension;
        kept.put((int) slot, Arrays.copyOfRange(rows.values(), from, from + dimension));
      }
    }
  }

  /** Number of images so far. */
  long count() {
    return statistics.count();
  }

  /** What was taken in. */
  ShardFeatures features() {
    return new ShardFeatures(
        statistics.moments(), slots.map(unused -> rows()), score.map(InceptionScore::sums));
  }

  private ShardFeatures.KeptRows rows() {
    int[] places = kept.keySet().stream().mapToInt(slot -> slot).toArray();
    float[] values = new float[Math.multiplyExact(places.length, dimension)];
    int at = 0;
    for (float[] row : kept.values()) {
      System.arraycopy(row, 0, values, at, dimension);
      at += dimension;
    }
    return new ShardFeatures.KeptRows(places, values);
  }
}
