package org.couplet.train;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.couplet.data.Batches;
import org.couplet.program.TrainingProgram;
import org.jspecify.annotations.Nullable;
import org.tensorflow.types.family.TType;

/**
 * A run's batches with the noise row of each data row, for batch-OT. While the caller works on one,
 * a thread makes the next: its noise is known before its step.
 */
public final class PairedBatches implements AutoCloseable {
  /**
   * A batch; closing it frees its tensor.
   *
   * @param tensor the batch
   * @param columns the noise row of each data row; empty where the program draws noise itself
   * @param pairingSeconds what the choice of columns took from their costs, on its own thread
   */
  @SuppressWarnings("ArrayRecordComponent") // made once a step and only read
  public record PairedBatch(TType tensor, int[] columns, double pairingSeconds)
      implements AutoCloseable {
    @Override
    public void close() {
      tensor.close();
    }
  }

  private final Batches batches;
  private final TrainingProgram program;
  private final NoiseChoice choice;
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "couplet-pairing");
            thread.setDaemon(true);
            return thread;
          });
  private final long end;
  private long pendingStep = -1;
  private @Nullable CompletableFuture<PairedBatch> pending;

  /**
   * @param end the step after the last one that will be asked for
   */
  public PairedBatches(Batches batches, TrainingProgram program, NoiseChoice choice, long end) {
    this.end = end;
    this.batches = batches;
    this.program = program;
    this.choice = choice;
  }

  /** The batch of a step, which the caller closes. */
  public PairedBatch at(long step) {
    if (!program.takesColumns()) {
      return new PairedBatch(batches.at(step), new int[0], 0);
    }
    if (pending == null || pendingStep != step) {
      discard();
      pending = begin(step);
    }
    CompletableFuture<PairedBatch> mine = pending;
    pendingStep = step + 1;
    pending = step + 1 < end ? begin(step + 1) : null;
    return await(mine);
  }

  private CompletableFuture<PairedBatch> begin(long step) {
    return CompletableFuture.supplyAsync(() -> pair(step), worker);
  }

  private PairedBatch pair(long step) {
    TType batch = batches.at(step);
    try {
      float[] costs = program.pairCosts(batch, choice.seed(), step);
      long begun = System.nanoTime();
      int[] columns = choice.columns(costs, (int) batch.shape().get(0), step);
      return new PairedBatch(batch, columns, (System.nanoTime() - begun) / 1e9);
    } catch (RuntimeException | Error e) {
      batch.close();
      throw e;
    }
  }

  // What goes wrong on the thread goes wrong here.
  private static PairedBatch await(CompletableFuture<PairedBatch> batch) {
    try {
      return batch.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof OutOfMemoryError cause) {
        throw cause;
      }
      throw e;
    }
  }

  private void discard() {
    if (pending != null) {
      pending
          .handle(
              (batch, failure) -> {
                if (batch != null) {
                  batch.close();
                }
                return null;
              })
          .join();
      pending = null;
    }
  }

  /** Waits for what is under way; before the program and the batches are closed. */
  @Override
  public void close() {
    discard();
    worker.shutdown();
  }
}
