package org.couplet.train;

import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.couplet.config.proto.Experiment;
import org.couplet.data.Batch;
import org.couplet.data.Batches;
import org.couplet.program.ScheduledValues;
import org.couplet.program.TrainingBatch;
import org.couplet.program.TrainingProgram;

/**
 * The loss as the first step would have it: at the first number of noise levels, on the data set's
 * first rows, with the first step's noise. The training loss changes its meaning whenever the
 * number of levels grows; this one can be compared over a whole run. Where workers share a batch,
 * the first one measures it on its own rows.
 */
final class FirstLevelsLoss {
  /** Its name in {@code metrics.jsonl} and TensorBoard. */
  static final String NAME = "loss_at_first_levels";

  // About two of a step's four forward passes: rarely enough not to be noticed.
  private static final long LEAST_STEPS_BETWEEN = 50;

  private final TrainingProgram program;
  private final Batches batches;
  private final int rows;
  private final ScheduledValues first;

  FirstLevelsLoss(TrainingProgram program, Batches batches, Experiment experiment) {
    this.program = program;
    this.batches = batches;
    this.rows = Training.rows(experiment, program);
    this.first = Schedules.of(experiment, program.sigmasLength()).at(0);
  }

  /** The loss after a step whose line is written; empty for most, and where no program has it. */
  OptionalDouble after(long step, boolean isLast) {
    return program.measuresLoss() && (isLast || step % LEAST_STEPS_BETWEEN == 0)
        ? OptionalDouble.of(measure())
        : OptionalDouble.empty();
  }

  private double measure() {
    int[] noise = program.takesNoiseAssignment() ? IntStream.range(0, rows).toArray() : new int[0];
    try (Batch batch = batches.first(rows)) {
      return program.loss(new TrainingBatch(batch.elements(), batch.labels(), noise), first, 0);
    }
  }
}
