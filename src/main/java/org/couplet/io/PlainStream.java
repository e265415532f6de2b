package org.couplet.io;

import java.io.PrintStream;

/**
 * Prints lines for a terminal: {@link #println(String)} escapes control characters and cuts what is
 * longer than any message. What is printed in other ways, such as a progress bar, stays as it is.
 */
public final class PlainStream extends PrintStream {
  private final PrintStream to;

  /** In front of another stream. */
  public PlainStream(PrintStream to) {
    super(to, true);
    this.to = to;
  }

  // In the other's character set.
  @Override
  public void print(String text) {
    to.print(text);
  }

  @Override
  public void println(String line) {
    to.println(PlainLine.linesOf(String.valueOf(line)));
  }
}
