package org.couplet.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What this process has used so far, in all its threads.
 *
 * @param userSeconds processor time in its own code
 * @param systemSeconds processor time in the kernel: system calls and page faults
 * @param minorFaults page faults for which the kernel had the page, or cleared a new one
 * @param majorFaults page faults that waited for a disk
 */
record ProcessUsage(double userSeconds, double systemSeconds, long minorFaults, long majorFaults) {
  private static final Path STAT = Path.of("/proc/self/stat");
  // Linux reports to programs in this unit on every architecture, whatever its own clock.
  private static final double TICKS_PER_SECOND = 100;
  // Positions after the name in proc(5)'s list, which begins with the process's number and name.
  private static final int MINOR_FAULTS = 10 - 3;
  private static final int MAJOR_FAULTS = 12 - 3;
  private static final int USER_TICKS = 14 - 3;
  private static final int SYSTEM_TICKS = 15 - 3;

  /** The usage up to now; empty where the system does not report it (only Linux does). */
  static Optional<ProcessUsage> now() throws IOException {
    return Files.isReadable(STAT) ? Optional.of(of(Files.readString(STAT))) : Optional.empty();
  }

  /**
   * Reads the text of Linux's {@code /proc/PID/stat}.
   *
   * @param stat fields separated by spaces; the second is a name in parentheses, which may contain
   *     both
   */
  static ProcessUsage of(String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
    return new ProcessUsage(
        Long.parseLong(fields[USER_TICKS]) / TICKS_PER_SECOND,
        Long.parseLong(fields[SYSTEM_TICKS]) / TICKS_PER_SECOND,
        Long.parseLong(fields[MINOR_FAULTS]),
        Long.parseLong(fields[MAJOR_FAULTS]));
  }

  /** The usage between an earlier moment and this one. */
  ProcessUsage since(ProcessUsage earlier) {
    return new ProcessUsage(
        userSeconds - earlier.userSeconds,
        systemSeconds - earlier.systemSeconds,
        minorFaults - earlier.minorFaults,
        majorFaults - earlier.majorFaults);
  }
}
