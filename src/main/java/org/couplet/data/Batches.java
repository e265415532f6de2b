package org.couplet.data;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.couplet.io.BackgroundTasks;
import org.couplet.io.InvalidInputException;
import org.jspecify.annotations.Nullable;

/**
 * Endless shuffled batches of a data set for training. Row j of the batch at step k is element
 * {@code order(e)[p mod n]} with {@code p = k * batchSize + j} and {@code e = p / n}, where {@code
 * order(e)} is a permutation of the n elements drawn from (seed, e): a pure function of seed and
 * step, so that a resumed run sees what a straight run sees, and an epoch shows each element once.
 *
 * <p>While the caller works on one batch, a thread reads the next. The data set stays the caller's
 * to close, after this.
 */
public final class Batches implements AutoCloseable {
  private final Dataset dataset;
  private final int batchSize;
  private final int firstRow;
  private final int rows;
  private final long seed;
  private final int[] labels;
  private final BackgroundTasks<Batch, RuntimeException> ahead =
      new BackgroundTasks<>("couplet-batches", 1, Batch::close);
  private long aheadStep;

  // Only the reader's thread touches it.
  private @Nullable Epoch epoch;

  /** A pass over the data set: its number, and the elements in their order. */
  @SuppressWarnings("ArrayRecordComponent") // made once and only read
  private record Epoch(long number, int[] order) {}

  /**
   * @param dataset what to draw from; at most 2^31 - 9 elements
   * @param batchSize rows of a batch, at least 1; may exceed the data set's size
   * @param seed any number
   */
  public Batches(Dataset dataset, int batchSize, long seed) {
    this(dataset, ClassLabels.NONE, batchSize, 0, batchSize, seed);
  }

  /**
   * Some rows of each batch alone, or with their classes.
   *
   * @param labels of all elements; empty where they are not wanted
   * @param firstRow of the batch, from 0
   * @param rows from there on
   */
  public Batches(Dataset dataset, int[] labels, int batchSize, int firstRow, int rows, long seed) {
    if (batchSize < 1) {
      throw new InvalidInputException("run.batch_size: must be at least 1, got " + batchSize);
    }
    if (dataset.size() > Integer.MAX_VALUE - 8) {
      throw new InvalidInputException(
          "dataset: " + dataset.size() + " elements are too many to shuffle; split the file");
    }
    this.dataset = dataset;
    this.labels = labels;
    this.batchSize = batchSize;
    this.firstRow = firstRow;
    this.rows = rows;
    this.seed = seed;
  }

  /**
   * The batch of a step, which the caller closes.
   *
   * @param step 0 or more; rising by one is fastest
   * @return the data set's elements, [rows, element shape...]
   */
  public synchronized Batch at(long step) {
    if (step < 0) {
      throw new IllegalArgumentException("step " + step + " is negative");
    }
    if (step != aheadStep) {
      ahead.discard();
    }
    if (ahead.pending() == 0) {
      ahead.begin(() -> read(step));
    }
    Batch batch = ahead.take();
    aheadStep = step + 1;
    ahead.begin(() -> read(step + 1));
    return batch;
  }

  @Override
  public synchronized void close() {
    ahead.close();
  }

  private Batch read(long step) {
    long size = dataset.size();
    long[] indices = new long[rows];
    for (int row = 0; row < rows; row++) {
      long position = step * batchSize + firstRow + row;
      indices[row] = epoch(position / size).order[(int) (position % size)];
    }
    return of(indices);
  }

  /** The data set's first elements, again from its beginning where it has fewer; not shuffled. */
  public Batch first(int count) {
    return of(LongStream.range(0, count).map(i -> i % dataset.size()).toArray());
  }

  private Batch of(long[] indices) {
    return new Batch(dataset.batch(indices), ClassLabels.at(labels, indices));
  }

  private Epoch epoch(long number) {
    if (epoch == null || epoch.number != number) {
      epoch = new Epoch(number, shuffled(number));
    }
    return epoch;
  }

  // Fisher-Yates.
  private int[] shuffled(long number) {
    int[] order = new int[(int) dataset.size()];
    Arrays.setAll(order, i -> i);
    KeyedRandom random = new KeyedRandom(seed, number);
    for (int i = order.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[other];
      order[other] = kept;
    }
    return order;
  }
}
