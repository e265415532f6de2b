package org.couplet.io;

import java.util.List;

/** A list of names in a message. */
public final class FirstNames {
  private FirstNames() {}

  /** The names with commas between them; of more than {@code most} the first, and dots. */
  public static String of(List<String> names, int most) {
    return names.size() <= most
        ? String.join(", ", names)
        : String.join(", ", names.subList(0, most)) + ", ...";
  }
}
