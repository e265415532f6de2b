package org.couplet.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.couplet.report.MetricsLog;

/** Counts a run's steps that were skipped because they were not finite; the log keeps the count. */
final class SkippedSteps {
  /** Name of the number of skipped steps so far. */
  static final String TOTAL = "skipped_steps";

  private static final String IN_A_ROW = "skipped_in_a_row";

  private final int limit;
  private long total;
  private long inARow;

  /**
   * Goes on counting.
   *
   * @param limit most in a row; 0 if none may be skipped
   * @param metrics the log, which ends with step {@code completed}
   */
  SkippedSteps(int limit, Path metrics, long completed) throws IOException {
    this.limit = limit;
    if (isOn()) {
      for (Map<String, Double> line : MetricsLog.read(metrics)) {
        total = Math.round(line.getOrDefault(TOTAL, (double) total));
        if (line.containsKey(IN_A_ROW) && line.getOrDefault("step", -1.0) == completed) {
          inARow = Math.round(line.getOrDefault(IN_A_ROW, 0.0));
        }
      }
    }
  }

  boolean isOn() {
    return limit > 0;
  }

  int limit() {
    return limit;
  }

  long total() {
    return total;
  }

  /** Counts a step that was finite. */
  void passed() {
    inARow = 0;
  }

  /**
   * Counts one that was not.
   *
   * @return whether training may go on
   */
  boolean skipped(long step, MetricsLog log) throws IOException {
    total++;
    inARow++;
    // A line of its own: a resumed run reads the count from it.
    Map<String, Number> line = new LinkedHashMap<>();
    line.put("step", step);
    line.put(TOTAL, total);
    line.put(IN_A_ROW, inARow);
    log.write(line);
    return inARow <= limit;
  }
}
