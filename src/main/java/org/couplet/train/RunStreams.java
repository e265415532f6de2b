package org.couplet.train;

import java.io.IOException;
import java.io.PrintStream;
import java.util.OptionalDouble;
import org.couplet.report.EventWriter;
import org.couplet.report.MetricsLog;
import org.couplet.report.Progress;
import org.couplet.run.RunFolder;
import org.couplet.run.RunHistory;

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
    double secondsBefore = trimMetrics(folder, completed, terminal);
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

  // The history knows the time, too, should the log be lost.
  private static double trimMetrics(RunFolder folder, long completed, PrintStream terminal)
      throws IOException {
    int damaged = MetricsLog.truncateAfter(folder.metrics(), completed);
    if (damaged > 0) {
      terminal.println(
          "note: " + folder.metrics() + ": lines that are damaged were left out: " + damaged);
    }
    OptionalDouble logged = MetricsLog.last(folder.metrics(), "seconds");
    if (logged.isPresent()) {
      return logged.getAsDouble();
    }
    double known = new RunHistory(folder.history()).lastNumber(RunHistory.SECONDS).orElse(0);
    if (completed > 0 && known > 0) {
      terminal.println(
          "note: %s has no lines up to step %d; its seconds go on from %.0f, as the run's history says"
              .formatted(folder.metrics(), completed, known));
    }
    return known;
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
