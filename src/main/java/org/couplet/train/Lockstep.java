package org.couplet.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.couplet.pairing.PairedBatches;
import org.couplet.program.ScheduledValues;
import org.couplet.program.TrainingProgram;

/**
 * Other workers with whom a run's steps are taken together: each has its rows of every batch, and
 * all have the same weights. The first worker writes the run's files.
 */
public interface Lockstep {
  /** How many workers there are. */
  int workers();

  /** This worker's program, which was built for as many. */
  Path program();

  /** Loads it. */
  TrainingProgram load() throws IOException;

  /** Gives all workers' programs the first one's variables; all call this together. */
  void synchronize(TrainingProgram program);

  /** The batch of a step, which the caller closes; workers may pair its rows together. */
  PairedBatches.PairedBatch batch(PairedBatches batches, long step);

  /**
   * Takes a step.
   *
   * @param stopping whether this worker wants to stop after it, asked once
   */
  TrainingProgram.SharedStep step(
      TrainingProgram program,
      PairedBatches.PairedBatch batch,
      ScheduledValues numbers,
      BooleanSupplier stopping);

  /**
   * Compares the workers' variables.
   *
   * @param stopping whether this worker wants to stop here, asked once
   * @return whether a worker wants to
   * @throws org.couplet.io.FailureException if the variables differ
   */
  boolean meet(TrainingProgram program, long completed, BooleanSupplier stopping);

  /**
   * The same after some of the steps, which all workers know, and among them those after which the
   * first one measures an FID: then Ctrl-C ends the run where the FID is still due.
   *
   * @return false after the others
   */
  boolean afterStep(TrainingProgram program, long completed, BooleanSupplier stopping);
}
