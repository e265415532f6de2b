package org.couplet.data;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.couplet.io.InvalidInputException;
import org.jspecify.annotations.Nullable;
import org.tensorflow.types.family.TType;

/**
 * Shuffled batches without end. Row j of the batch at step k is element {@code order(e)[p mod n]}
 * with {@code p = k * batchSize + j} and {@code e = p / n}, where {@code order(e)} is a permutation
 * of the n elements drawn from (seed, e): a pure function of seed and step, so that a resumed run
 * sees what a straight run sees, and an epoch shows each element once.
 *
 * <p>While the caller works on one batch, a thread reads the next. The data set stays the caller's
 * to close, after this.
 */
public final class Batches implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Batches.class.getName());

  private final Dataset dataset;
  private final int batchSize;
  private final long seed;
  private final ExecutorService reader =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "couplet-batches");
            thread.setDaemon(true);
            return thread;
          });

  private long pendingStep = -1;
  private @Nullable Future<TType> pending;

  // Only the reader's thread touches these two.
  private long orderEpoch = -1;
  private int[] order = new int[0];

  /**
   * @param dataset what to draw from; at most 2^31 - 9 elements
   * @param batchSize rows of a batch, at least 1; may exceed the data set's size
   * @param seed any number
   */
  public Batches(Dataset dataset, int batchSize, long seed) {
    if (batchSize < 1) {
      throw new InvalidInputException("run.batch_size: must be at least 1, got " + batchSize);
    }
    if (dataset.size() > Integer.MAX_VALUE - 8) {
      throw new InvalidInputException(
          "dataset: " + dataset.size() + " elements are too many to shuffle; split the file");
    }
    this.dataset = dataset;
    this.batchSize = batchSize;
    this.seed = seed;
  }

  /**
   * The batch of a step, which the caller closes.
   *
   * @param step 0 or more; rising by one is fastest
   * @return the data set's elements, [batchSize, element shape...]
   */
  public synchronized TType at(long step) {
    if (step < 0) {
      throw new IllegalArgumentException("step " + step + " is negative");
    }
    if (step != pendingStep) {
      discardPending();
    }
    Future<TType> mine = pending == null ? reader.submit(() -> read(step)) : pending;
    pending = null;
    TType batch = await(mine);
    pendingStep = step + 1;
    pending = reader.submit(() -> read(step + 1));
    return batch;
  }

  @Override
  public synchronized void close() {
    discardPending();
    reader.shutdown();
  }

  private void discardPending() {
    if (pending != null) {
      Future<TType> unwanted = pending;
      pending = null;
      try {
        await(unwanted).close();
      } catch (RuntimeException e) {
        // Nobody asked for this batch, so nobody misses it.
        LOG.log(System.Logger.Level.DEBUG, "a batch read ahead and not used failed", e);
      }
    }
  }

  private TType read(long step) {
    long size = dataset.size();
    long[] indices = new long[batchSize];
    for (int row = 0; row < batchSize; row++) {
      long position = step * batchSize + row;
      indices[row] = order(position / size)[(int) (position % size)];
    }
    return dataset.batch(indices);
  }

  // Fisher-Yates.
  private int[] order(long epoch) {
    if (epoch != orderEpoch) {
      int size = (int) dataset.size();
      if (order.length != size) {
        order = new int[size];
      }
      for (int i = 0; i < size; i++) {
        order[i] = i;
      }
      KeyedRandom random = new KeyedRandom(seed, epoch);
      for (int i = size - 1; i > 0; i--) {
        int other = random.nextInt(i + 1);
        int kept = order[i];
        order[i] = order[other];
        order[other] = kept;
      }
      orderEpoch = epoch;
    }
    return order;
  }

  // Waits to the end even when interrupted: the batch is native memory, and somebody must own it.
  private static TType await(Future<TType> batch) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return batch.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          if (e.getCause() instanceof RuntimeException cause) {
            throw cause;
          }
          if (e.getCause() instanceof Error cause) {
            throw cause;
          }
          throw new IllegalStateException("reading a batch failed", e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
