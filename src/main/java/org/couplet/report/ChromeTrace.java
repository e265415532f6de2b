package org.couplet.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.couplet.io.AtomicFile;

/**
 * A timeline in Chrome's trace event format, for {@code chrome://tracing} and Perfetto: a group of
 * lanes for each place, with as many lanes as it had bars side by side.
 */
public final class ChromeTrace {
  private final Map<String, List<Bar>> places = new LinkedHashMap<>();

  /**
   * A span of time.
   *
   * @param label on it
   * @param name shown when it is chosen
   * @param startMicros from any origin, the same for all
   * @param micros its length
   */
  public record Bar(String label, String name, double startMicros, double micros) {
    private double end() {
      return startMicros + micros;
    }
  }

  /** Adds a bar to a place, such as a device. */
  public void add(String place, Bar bar) {
    places.computeIfAbsent(place, absent -> new ArrayList<>()).add(bar);
  }

  /** Writes all as one JSON object, replacing what was there. */
  public void write(Path file) throws IOException {
    List<Object> events = new ArrayList<>();
    int process = 0;
    for (Map.Entry<String, List<Bar>> place : places.entrySet()) {
      process++;
      events.add(
          event("M", process, 0, "process_name", Map.of("args", Map.of("name", place.getKey()))));
      List<Double> laneEnds = new ArrayList<>();
      List<Bar> bars = new ArrayList<>(place.getValue());
      bars.sort(Comparator.comparingDouble(Bar::startMicros));
      for (Bar bar : bars) {
        int lane = freeLane(laneEnds, bar);
        Map<String, Object> more = new LinkedHashMap<>();
        more.put("ts", bar.startMicros());
        more.put("dur", bar.micros());
        more.put("args", Map.of("name", bar.name()));
        events.add(event("X", process, lane, bar.label(), more));
      }
    }
    AtomicFile.write(file, Json.GSON.toJson(Map.of("traceEvents", events)) + "\n");
  }

  // The first lane whose bars have all ended.
  private static int freeLane(List<Double> laneEnds, Bar bar) {
    int lane = 0;
    while (lane < laneEnds.size() && laneEnds.get(lane) > bar.startMicros()) {
      lane++;
    }
    if (lane == laneEnds.size()) {
      laneEnds.add(bar.end());
    } else {
      laneEnds.set(lane, bar.end());
    }
    return lane;
  }

  private static Map<String, Object> event(
      String phase, int process, int lane, String name, Map<String, Object> more) {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("ph", phase);
    event.put("pid", process);
    event.put("tid", lane);
    event.put("name", name);
    event.putAll(more);
    return event;
  }
}
