package org.couplet.doctor;

import java.util.Locale;

/**
 * The most that the cores could compute in float32 at the clock that the system reports, were every
 * cycle two multiply-adds of full vectors. Clocks may rise above it.
 *
 * @param cores that can be used
 * @param hertz the clock that the system reports
 * @param flopPerCycle of a core
 * @param instructions that do it
 */
public record CpuPeak(int cores, double hertz, int flopPerCycle, String instructions) {
  public double gigaflops() {
    return cores * hertz * flopPerCycle / 1e9;
  }

  /** What was assumed. */
  public String describe() {
    return String.format(
        Locale.ROOT,
        "%d cores x %.2f GHz x %d flop a cycle (float32, %s, two multiply-add units)",
        cores,
        hertz / 1e9,
        flopPerCycle,
        instructions);
  }
}
