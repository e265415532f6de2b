package org.couplet.metric;

import java.util.Arrays;
import java.util.Objects;

/**
 * A uniform sample of the rows of a stream, without replacement, of at most a given size (the
 * reservoir of algorithm R, Vitter 1985). The same rows in the same order make the same sample,
 * however they are divided into batches. Memory grows with the rows kept.
 */
public final class FeatureSample {
  private final int dimension;
  private final int capacity;
  private final ReservoirSlots slots;
  private float[] kept = new float[0];
  private int size;

  /**
   * A sample of no rows yet.
   *
   * @param dimension number of features, at least 1
   * @param capacity most rows to keep, at least 1; capacity * dimension is below 2^31
   * @param seed any number
   */
  public FeatureSample(int dimension, int capacity, long seed) {
    if (dimension < 1 || capacity < 1 || (long) capacity * dimension > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "no room for " + capacity + " rows of " + dimension + " features");
    }
    this.dimension = dimension;
    this.capacity = capacity;
    this.slots = new ReservoirSlots(capacity, seed, 0);
  }

  /**
   * Shows the sample further rows.
   *
   * @param features [n, dimension], row-major, finite
   * @throws ArithmeticException if one is not finite
   */
  public void add(float[] features) {
    int rows = new FeatureRows(features, dimension).count();
    for (int row = 0; row < rows; row++) {
      long place = slots.next();
      if (place < capacity) {
        put(features, row, (int) place);
      }
    }
  }

  /**
   * Puts rows that a shard kept into their slots, or after those so far where images were left out
   * before them. The sample then has no count of rows seen.
   *
   * @throws IndexOutOfBoundsException if a slot is none of the sample's
   */
  void put(ShardFeatures.KeptRows shard) {
    for (int row = 0; row < shard.slots().length; row++) {
      int slot = Objects.checkIndex(shard.slots()[row], capacity);
      put(shard.values(), row, Math.min(slot, size));
    }
  }

  private void put(float[] features, int row, int place) {
    if (place == size) {
      size++;
      grow();
    }
    System.arraycopy(features, row * dimension, kept, place * dimension, dimension);
  }

  private void grow() {
    if (size * dimension > kept.length) {
      long rows = Math.min(capacity, Math.max(size, 2L * (size - 1)));
      kept = Arrays.copyOf(kept, (int) rows * dimension);
    }
  }

  /** Number of rows seen. */
  public long count() {
    return slots.count();
  }

  /** Number of rows kept: all, or the capacity. */
  public int size() {
    return size;
  }

  /** The rows kept. They lie in the sample's own memory: use them before adding more. */
  public FeatureRows rows() {
    if (kept.length > size * dimension) {
      kept = Arrays.copyOf(kept, size * dimension);
    }
    return new FeatureRows(kept, dimension);
  }
}
