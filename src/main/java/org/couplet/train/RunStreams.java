package org.couplet.train;

import java.io.IOException;
import java.io.PrintStream;
import org.couplet.report.EventWriter;
import org.couplet.report.MetricsLog;
import org.couplet.report.Progress;
import org.couplet.run.RunFolder;

/**
 * Where a session of a run reports to; listeners share it, {@link Training} owns it.
 *
 * @param log {@code metrics.jsonl}
 * @param events TensorBoard's file
 * @param progress on the terminal
 * @param secondsBefore what earlier sessions of the run took
 */
record RunStreams(MetricsLog log, EventWriter events, Progress progress, double secondsBefore)
    implements AutoCloseable {
  /**
   * Opens them and drops what is beyond the step that the run goes on from.
   *
   * @param name of the experiment
   * @param completed steps in all
   * @param stopAt the step at which this session ends
   */
  static RunStreams open(
      RunFolder folder, String name, long completed, long stopAt, PrintStream terminal)
      throws IOException {
    MetricsLog.truncateAfter(folder.metrics(), completed);
    double secondsBefore = MetricsLog.last(folder.metrics(), "seconds").orElse(0);
    // Also at step 0: a run that was killed before its first checkpoint left events.
    EventWriter events = EventWriter.resume(folder.root(), completed + 1);
    try {
      return new RunStreams(
          new MetricsLog(folder.metrics()),
          events,
          new Progress(name, completed, stopAt, terminal),
          secondsBefore);
    } catch (IOException e) {
      events.close();
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    try (log;
        events;
        progress) {
      events.flush();
    }
  }
}
