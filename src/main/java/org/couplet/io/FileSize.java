package org.couplet.io;

import java.util.Locale;

/** A number of bytes as users read it. */
public final class FileSize {
  private static final long MEGA = 1_000_000;

  private FileSize() {}

  /** In kilobytes or megabytes of the decimal kind, as disks are sold. */
  public static String describe(long bytes) {
    return bytes < MEGA
        ? String.format(Locale.ROOT, "%.1f kB", bytes / 1e3)
        : String.format(Locale.ROOT, "%,.1f MB", bytes / 1e6);
  }
}
