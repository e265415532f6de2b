package org.couplet.cli;

import java.util.Locale;
import java.util.Optional;
import org.couplet.assembly.StepMemory;
import org.couplet.doctor.MachineProbe;
import org.couplet.io.InvalidInputException;

/**
 * Compares what a step takes at least with what the machine has.
 *
 * @param memory of the step
 * @param free GiB that programs can still get
 * @param most GiB that a program could have if it were alone, swap included
 */
record MemoryCheck(StepMemory memory, double free, double most) {
  private static final double GIB = 1L << 30;

  static MemoryCheck of(StepMemory memory, MachineProbe machine) {
    return new MemoryCheck(
        memory, machine.freeMemory(), machine.totalMemory() + machine.swap());
  }

  /**
   * A line for the user if it looks too much.
   *
   * @throws InvalidInputException if it can't be enough
   */
  Optional<String> warning() {
    double least = memory.total() / GIB;
    if (least <= free) {
      return Optional.empty();
    }
    String line =
        String.format(
            Locale.ROOT,
            "a step takes more than %.1f GiB (%.1f for the network's activations, %.1f for weights and slots), but %s; lower run.batch_size, or set optimizer.accumulate or runtime.remat",
            least,
            memory.activations() / GIB,
            memory.states() / GIB,
            least > most
                ? String.format(Locale.ROOT, "this machine has %.1f GiB", most)
                : String.format(Locale.ROOT, "%.1f GiB are free", free));
    if (least > most) {
      throw new InvalidInputException("run.batch_size: " + line);
    }
    return Optional.of("warning: " + line);
  }
}
