package org.couplet.trial;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How long a run had trained at each step, as its log says. */
public final class RunClock {
  private final TreeMap<Double, Double> secondsByStep = new TreeMap<>();

  private RunClock() {
    secondsByStep.put(0.0, 0.0);
  }

  /**
   * By a run's log.
   *
   * @param metrics its lines
   */
  public static RunClock of(List<Map<String, Double>> metrics) {
    RunClock clock = new RunClock();
    for (Map<String, Double> line : metrics) {
      Double seconds = line.get("seconds");
      if (seconds != null) {
        clock.secondsByStep.put(line.getOrDefault("step", Double.NaN), seconds);
      }
    }
    return clock;
  }

  /** Seconds of training at a step, between the lines of the log in proportion. */
  public double seconds(long step) {
    double at = step;
    Map.Entry<Double, Double> before = secondsByStep.floorEntry(at);
    Map.Entry<Double, Double> after = secondsByStep.ceilingEntry(at);
    if (after == null || before.getKey().equals(after.getKey())) {
      return before.getValue();
    }
    double share = (at - before.getKey()) / (after.getKey() - before.getKey());
    return (1 - share) * before.getValue() + share * after.getValue();
  }
}
