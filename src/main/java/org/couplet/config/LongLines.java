package org.couplet.config;

import org.couplet.io.InvalidInputException;

/**
 * Texts that the textproto parser can't read: it calls itself for each character of a quoted text,
 * so that a long one takes more stack than there is.
 */
public final class LongLines {
  private static final int LONGEST = 2000;

  private LongLines() {}

  /** Whether a line is too long. */
  static boolean isLong(String line) {
    return line.length() > LONGEST;
  }

  /**
   * Refuses a text with a longer line than any sound one has. A quoted text ends with its line.
   *
   * @param name what messages call the text
   * @throws InvalidInputException if there is such a line
   */
  public static void check(String name, String text) {
    int number = 1;
    for (String line : text.split("\n", -1)) {
      if (isLong(line)) {
        throw new InvalidInputException(
            "%s:%d: a line of %d characters, more than %d. Break it"
                .formatted(name, number, line.length(), LONGEST));
      }
      number++;
    }
  }
}
