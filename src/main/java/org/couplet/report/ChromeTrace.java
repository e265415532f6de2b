package org.couplet.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.couplet.io.WholeFile;

/**
 * A timeline in the trace event format of Chrome, for {@code chrome://tracing} and Perfetto: rows
 * of threads under processes, with a bar for each event.
 */
public final class ChromeTrace {
  private final List<Object> events = new ArrayList<>();
  private final Map<String, Integer> processes = new LinkedHashMap<>();

  /**
   * Adds a bar.
   *
   * @param process whose row it is in, by name
   * @param thread of the process
   * @param label on the bar
   * @param name shown when the bar is chosen
   * @param startMicros microseconds from any origin
   * @param micros length, microseconds
   */
  public void add(
      String process, int thread, String label, String name, double startMicros, double micros) {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("ph", "X");
    event.put("pid", processes.computeIfAbsent(process, this::addProcess));
    event.put("tid", thread);
    event.put("name", label);
    event.put("ts", startMicros);
    event.put("dur", micros);
    event.put("args", Map.of("name", name));
    events.add(event);
  }

  private int addProcess(String name) {
    int id = processes.size() + 1;
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("ph", "M");
    event.put("pid", id);
    event.put("name", "process_name");
    event.put("args", Map.of("name", name));
    events.add(event);
    return id;
  }

  /** Writes all as one JSON object, replacing what was there. */
  public void write(Path file) throws IOException {
    WholeFile.write(file, Json.of(Map.of("traceEvents", events)) + "\n");
  }
}
