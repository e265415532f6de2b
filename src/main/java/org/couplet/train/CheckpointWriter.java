package org.couplet.train;

import java.io.IOException;
import org.couplet.program.TrainingProgram;
import org.couplet.run.Checkpoints;

/** Saves a checkpoint every so many steps, and when the loop ends. */
record CheckpointWriter(TrainingProgram program, Checkpoints checkpoints, long every)
    implements StepListener {
  @Override
  public void afterStep(Step step) throws IOException {
    if (step.completed() % every == 0) {
      checkpoints.save(program, step.completed());
    }
  }

  @Override
  public void finish(long completed) throws IOException {
    checkpoints.save(program, completed);
  }
}
