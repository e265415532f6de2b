package org.couplet.io;

import java.io.PrintStream;

/**
 * Prints results, which a terminal or a program reads: control characters are escaped as in JSON,
 * line feeds and tabs stay, nothing is cut. JSON keeps its meaning.
 */
public final class PlainOutput extends PrintStream {
  private final PrintStream to;

  /** In front of another stream. */
  public PlainOutput(PrintStream to) {
    super(to, true);
    this.to = to;
  }

  // In the other's character set. All that prints text comes here.
  @Override
  public void print(String text) {
    to.print(PlainLine.wholeLinesOf(String.valueOf(text)));
  }

  @Override
  public void println(String line) {
    to.println(PlainLine.wholeLinesOf(String.valueOf(line)));
  }
}
