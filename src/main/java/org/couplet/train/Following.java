package org.couplet.train;

import java.io.IOException;
import java.util.function.BooleanSupplier;
import org.couplet.config.proto.Experiment;
import org.couplet.data.Batches;
import org.couplet.data.Dataset;
import org.couplet.io.FailureException;
import org.couplet.pairing.NoiseChoice;
import org.couplet.pairing.PairedBatches;
import org.couplet.program.StepMetrics;
import org.couplet.program.TrainingProgram;

/** The training loop of a worker that writes no files: the first worker does. */
public final class Following {
  private Following() {}

  /**
   * Trains from where the first worker is up to a step, or until a worker wants to stop.
   *
   * @param stopAt steps in all, the same as the first worker's
   * @param interrupted asked at every step
   * @return steps completed in all
   */
  public static long run(
      Experiment experiment, Lockstep workers, long stopAt, BooleanSupplier interrupted)
      throws IOException {
    try (TrainingProgram program = workers.load();
        Dataset dataset = Dataset.open(experiment.getDataset());
        Batches batches =
            Training.batches(experiment, dataset, program, experiment.getRun().getSeed());
        PairedBatches paired =
            new PairedBatches(batches, program, NoiseChoice.of(experiment), stopAt)) {
      program.initialize(experiment.getRun().getSeed());
      workers.synchronize(program);
      Schedules schedules = Schedules.of(experiment, program.sigmasLength());
      long completed = program.completedSteps();
      boolean stops = workers.meet(program, completed, interrupted);
      while (completed < stopAt && !stops) {
        try (PairedBatches.PairedBatch batch = workers.batch(paired, completed)) {
          TrainingProgram.SharedStep step =
              workers.step(program, batch, schedules.at(completed), interrupted);
          completed++;
          check(experiment, step.metrics(), completed);
          stops = step.stops();
        }
        stops |= workers.afterStep(program, completed, interrupted);
      }
      return completed;
    }
  }

  // The first worker counts how many such steps there were, and ends when they are too many.
  private static void check(Experiment experiment, StepMetrics metrics, long step) {
    if (!metrics.isFinite() && experiment.getRun().getSkipNonfinite() == 0) {
      throw new FailureException(
          "step " + step + ": the loss or the gradient is not finite; worker 0 says more");
    }
  }
}
