package org.couplet.metric;

import java.util.Optional;

/**
 * What one shard of a set of images adds to the whole.
 *
 * @param moments of its features
 * @param rows those of its rows that the sample of all may keep, where a metric needs rows
 * @param classes sums of the inception score, as {@link InceptionScore#sums}, where it is asked for
 */
public record ShardFeatures(
    FeatureStatistics.Moments moments, Optional<KeptRows> rows, Optional<double[][]> classes) {
  /**
   * Rows and their slots in the sample of all; later shards replace what is in a slot.
   *
   * @param slots [n], rising
   * @param values [n, dimension], row-major
   */
  @SuppressWarnings("ArrayRecordComponent") // made once and only read
  public record KeptRows(int[] slots, float[] values) {}
}
