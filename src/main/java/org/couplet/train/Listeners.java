package org.couplet.train;

import java.io.IOException;
import java.util.List;

/**
 * The listeners of a run, around its checkpoints. A step's checkpoint is written after everything
 * that a resumed run cannot repeat, so that nothing is missing once it is listed.
 *
 * @param beforeCheckpoint the watch for divergence, metrics, sample pictures
 * @param checkpoint writes it
 * @param afterCheckpoint long work that a resumed run repeats if it is missing
 */
record Listeners(
    List<StepListener> beforeCheckpoint,
    StepListener checkpoint,
    List<StepListener> afterCheckpoint)
    implements StepListener {
  @Override
  public void begin(long completed) throws IOException {
    for (StepListener listener : beforeCheckpoint) {
      listener.begin(completed);
    }
    checkpoint.begin(completed);
    for (StepListener listener : afterCheckpoint) {
      listener.begin(completed);
    }
  }

  @Override
  public void afterStep(Step step) throws IOException {
    for (StepListener listener : beforeCheckpoint) {
      listener.afterStep(step);
    }
    checkpoint.afterStep(step);
    for (StepListener listener : afterCheckpoint) {
      listener.afterStep(step);
    }
  }

  // The checkpoint comes first: after an interrupt the user may not wait for the pictures.
  @Override
  public void finish(long completed) throws IOException {
    checkpoint.finish(completed);
    for (StepListener listener : beforeCheckpoint) {
      listener.finish(completed);
    }
    for (StepListener listener : afterCheckpoint) {
      listener.finish(completed);
    }
  }
}
