package org.couplet.train;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.couplet.run.Checkpoints;
import org.couplet.run.RunHistory;

/** Notes in the run's history how far it is saved, after each checkpoint. */
final class HistoryWriter implements StepListener {
  private final RunHistory history;
  private final Checkpoints checkpoints;
  private final double secondsBefore;
  private final long begun = System.nanoTime();
  private OptionalLong noted = OptionalLong.empty();

  /**
   * @param secondsBefore what earlier sessions of the run took
   */
  HistoryWriter(RunHistory history, Checkpoints checkpoints, double secondsBefore) {
    this.history = history;
    this.checkpoints = checkpoints;
    this.secondsBefore = secondsBefore;
  }

  @Override
  public void begin(long completed) throws IOException {
    note();
  }

  @Override
  public void afterStep(Step step) throws IOException {
    note();
  }

  @Override
  public void finish(long completed) throws IOException {
    note();
  }

  private void note() throws IOException {
    OptionalLong saved = checkpoints.current();
    if (saved.isPresent() && !saved.equals(noted)) {
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put(RunHistory.SAVED, saved.getAsLong());
      facts.put(RunHistory.SECONDS, secondsBefore + (System.nanoTime() - begun) / 1e9);
      history.amend(facts);
      noted = saved;
    }
  }
}
