package org.couplet.io;

import java.io.PrintStream;
import java.util.function.UnaryOperator;

/**
 * Prints text with control characters escaped; line feeds and tabs stay. In another stream's
 * character set.
 */
public final class PlainStream extends PrintStream {
  private final PrintStream to;
  private final UnaryOperator<String> text;
  private final UnaryOperator<String> lines;

  private PlainStream(PrintStream to, UnaryOperator<String> text, UnaryOperator<String> lines) {
    super(to, true);
    this.to = to;
    this.text = text;
    this.lines = lines;
  }

  /**
   * For messages to a terminal: {@link #println(String)} also cuts what is longer than any message.
   * What is printed in other ways, such as a progress bar, stays as it is.
   */
  public static PlainStream ofMessages(PrintStream to) {
    return new PlainStream(to, UnaryOperator.identity(), PlainLine::linesOf);
  }

  /**
   * For results, which a terminal or a program reads: nothing is cut. Escapes are those of JSON,
   * which keeps its meaning.
   */
  public static PlainStream ofResults(PrintStream to) {
    return new PlainStream(to, PlainLine::wholeLinesOf, PlainLine::wholeLinesOf);
  }

  // Strings come here or to println(String), whatever prints them; arrays of characters do not.
  @Override
  public void print(String text) {
    to.print(this.text.apply(String.valueOf(text)));
  }

  @Override
  public void println(String line) {
    to.println(lines.apply(String.valueOf(line)));
  }
}
