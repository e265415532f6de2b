package org.couplet.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The listeners of a run, around its checkpoints. A step's checkpoint is written after everything
 * that a resumed run cannot repeat, so that nothing is missing once it is listed.
 */
final class Listeners implements StepListener {
  private final List<StepListener> inOrder;
  private final List<StepListener> atTheEnd;

  /**
   * @param beforeCheckpoint the watch for divergence, metrics, sample pictures
   * @param checkpoint writes it
   * @param afterCheckpoint long work that a resumed run repeats if it is missing
   */
  Listeners(
      List<StepListener> beforeCheckpoint,
      StepListener checkpoint,
      List<StepListener> afterCheckpoint) {
    inOrder = new ArrayList<>(beforeCheckpoint);
    inOrder.add(checkpoint);
    inOrder.addAll(afterCheckpoint);
    // The checkpoint comes first: after an interrupt the user may not wait for the pictures.
    atTheEnd = new ArrayList<>(List.of(checkpoint));
    atTheEnd.addAll(beforeCheckpoint);
    atTheEnd.addAll(afterCheckpoint);
  }

  @Override
  public void begin(long completed) throws IOException {
    for (StepListener listener : inOrder) {
      listener.begin(completed);
    }
  }

  @Override
  public void afterStep(Step step) throws IOException {
    for (StepListener listener : inOrder) {
      listener.afterStep(step);
    }
  }

  @Override
  public void finish(long completed) throws IOException {
    for (StepListener listener : atTheEnd) {
      listener.finish(completed);
    }
  }
}
