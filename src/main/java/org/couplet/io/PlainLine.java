package org.couplet.io;

/** Text on one line for a terminal: file names and files can contain anything. */
public final class PlainLine {
  private static final int LONGEST = 2000;

  private PlainLine() {}

  /**
   * The text with control characters as escapes ({@code \n}, {@code \}{@code u001b}), cut after
   * 2,000 characters.
   */
  public static String of(String text) {
    return cut(escaped(text, ""));
  }

  /** The same without a cut; line feeds and tabs stay. */
  static String wholeLinesOf(String text) {
    return escaped(text, "\n\t");
  }

  /** The same, each line cut. */
  static String linesOf(String text) {
    String escaped = wholeLinesOf(text);
    if (escaped.length() <= LONGEST) {
      return escaped;
    }
    StringBuilder lines = new StringBuilder();
    for (String line : escaped.split("\n", -1)) {
      lines.append(lines.isEmpty() ? "" : "\n").append(cut(line));
    }
    return lines.toString();
  }

  private static String escaped(String text, String kept) {
    StringBuilder escaped = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point -> {
              if (isPlain(point) || kept.indexOf(point) >= 0) {
                escaped.appendCodePoint(point);
              } else if (point == '\n') {
                escaped.append("\\n");
              } else {
                for (char unit : Character.toChars(point)) {
                  escaped.append("\\u%04x".formatted((int) unit));
                }
              }
            });
    return escaped.toString();
  }

  // Neither a control character nor one that turns the direction of what follows.
  private static boolean isPlain(int point) {
    return !Character.isISOControl(point)
        && Character.getType(point) != Character.FORMAT
        && Character.getType(point) != Character.LINE_SEPARATOR
        && Character.getType(point) != Character.PARAGRAPH_SEPARATOR
        && Character.getType(point) != Character.SURROGATE;
  }

  private static String cut(String line) {
    int points = line.codePointCount(0, line.length());
    return points <= LONGEST
        ? line
        : line.substring(0, line.offsetByCodePoints(0, LONGEST))
            + "... (%d more characters)".formatted(points - LONGEST);
  }
}
