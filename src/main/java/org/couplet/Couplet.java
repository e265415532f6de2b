package org.couplet;

import org.couplet.cli.Cli;
import org.couplet.io.ErrorStream;

/** Main class: finds the command and runs it. */
public final class Couplet {
  private Couplet() {}

  /**
   * Runs one command and exits with its code.
   *
   * @param arguments the command's name and its options
   */
  public static void main(String[] arguments) {
    // Also for the JVM's own messages.
    System.setErr(ErrorStream.open());
    System.exit(Cli.run(arguments));
  }
}
