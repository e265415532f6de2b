package org.couplet.metric;

import org.couplet.data.KeyedRandom;

/**
 * Where algorithm R (Vitter 1985) puts each row of a stream. The slots depend on the rows' indices
 * alone, not on the rows, so a stream can be joined at any row.
 */
public final class ReservoirSlots {
  private final int capacity;
  private final KeyedRandom random;
  private long count;

  /**
   * @param capacity number of slots
   * @param seed any number
   * @param first index of the row that {@link #next} begins with
   */
  public ReservoirSlots(int capacity, long seed, long first) {
    this.capacity = capacity;
    this.random = new KeyedRandom(seed, 0);
    for (long row = capacity; row < first; row++) {
      random.nextLong();
    }
    this.count = first;
  }

  /** Index of the next row: the number of those before it. */
  public long count() {
    return count;
  }

  /** The slot of the next row; the row is not kept if this is the capacity or more. */
  public long next() {
    count++;
    return count <= capacity ? count - 1 : (long) (random.nextDouble() * count);
  }
}
