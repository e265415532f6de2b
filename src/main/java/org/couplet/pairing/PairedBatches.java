package org.couplet.pairing;

import java.util.Arrays;
import org.couplet.data.Batch;
import org.couplet.data.Batches;
import org.couplet.io.BackgroundTasks;
import org.couplet.io.InvalidInputException;
import org.couplet.program.TrainingBatch;
import org.couplet.program.TrainingProgram;
import org.jspecify.annotations.Nullable;

/**
 * {@link Batches} for a training program: for batch-OT, each data row comes with the noise row that
 * the assignment gives it. While the caller uses one batch, a thread pairs the next, whose noise is
 * known before its step.
 */
public final class PairedBatches implements AutoCloseable {
  /**
   * A batch; closing it frees its tensor.
   *
   * @param batch with the noise row of each data row, where the program does not draw noise itself
   * @param pairingSeconds spent computing the assignment from the costs, on a thread of its own
   */
  public record PairedBatch(TrainingBatch batch, double pairingSeconds) implements AutoCloseable {
    @Override
    public void close() {
      batch.elements().close();
    }
  }

  private final Batches batches;
  private final TrainingProgram program;
  private final NoiseChoice choice;
  private final long end;
  private final BackgroundTasks<PairedBatch, RuntimeException> ahead =
      new BackgroundTasks<>("couplet-pairing", 1, PairedBatch::close);
  private long aheadStep;
  private final BackgroundTasks<NoisePool, RuntimeException> poolAhead =
      new BackgroundTasks<>("couplet-pools", 1, unused -> {});
  private long poolAheadNumber;
  private @Nullable NoisePool pool;

  /**
   * @param end the step after the last one that will be asked for
   */
  public PairedBatches(Batches batches, TrainingProgram program, NoiseChoice choice, long end) {
    this.end = end;
    this.batches = batches;
    this.program = program;
    this.choice = choice;
    if (pools() && !program.pairsOverSteps()) {
      throw new InvalidInputException(
          program.isShared()
              ? "consistency.coupling.batch_ot.pool: is for one worker; set it to 1"
              : "consistency.coupling.batch_ot.pool: the program was built by an earlier version;"
                  + " begin a run that goes on from this one (--from), or set it to 1");
    }
  }

  /** The batch of a step, which the caller closes. */
  public PairedBatch at(long step) {
    if (!program.takesNoiseAssignment()) {
      return paired(batches.at(step), new int[0], 0);
    }
    if (pools()) {
      return pool(step / choice.pool()).at(step);
    }
    if (step != aheadStep) {
      ahead.discard();
    }
    if (ahead.pending() == 0) {
      ahead.begin(() -> pair(step));
    }
    PairedBatch batch = ahead.take();
    aheadStep = step + 1;
    if (aheadStep < end) {
      ahead.begin(() -> pair(step + 1));
    }
    return batch;
  }

  private boolean pools() {
    return program.takesNoiseAssignment() && choice.pool() > 1;
  }

  private NoisePool pool(long number) {
    if (pool != null && pool.number() == number) {
      return pool;
    }
    if (number != poolAheadNumber) {
      poolAhead.discard();
    }
    if (poolAhead.pending() == 0) {
      poolAhead.begin(() -> NoisePool.of(number, batches, program, choice));
    }
    pool = poolAhead.take();
    poolAheadNumber = number + 1;
    if (poolAheadNumber * choice.pool() < end) {
      poolAhead.begin(() -> NoisePool.of(number + 1, batches, program, choice));
    }
    return pool;
  }

  private PairedBatch pair(long step) {
    Batch batch = batches.at(step);
    try {
      float[] costs = program.pairCosts(batch.elements(), choice.seed(), step);
      long begun = System.nanoTime();
      int[] noiseAssignment = ownRows(choice.noiseAssignment(costs, rows(costs), step), batch);
      return paired(batch, noiseAssignment, (System.nanoTime() - begun) / 1e9);
    } catch (RuntimeException | Error e) {
      batch.close();
      throw e;
    }
  }

  private static PairedBatch paired(Batch batch, int[] noiseAssignment, double seconds) {
    return new PairedBatch(
        new TrainingBatch(batch.elements(), batch.labels(), noiseAssignment), seconds);
  }

  private static int rows(float[] costs) {
    return (int) Math.round(Math.sqrt(costs.length));
  }

  // Every worker makes the choice for all rows alike.
  private int[] ownRows(int[] noiseAssignment, Batch batch) {
    int rows = (int) batch.elements().shape().get(0);
    if (noiseAssignment.length == rows) {
      return noiseAssignment;
    }
    int first = (int) program.firstRow();
    return Arrays.copyOfRange(noiseAssignment, first, first + rows);
  }

  /** Waits for what is under way; to be called before the program and the batches are closed. */
  @Override
  public void close() {
    ahead.close();
    poolAhead.close();
  }
}
