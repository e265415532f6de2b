package org.couplet;

import org.couplet.cli.Cli;

/** Main class: finds the command and runs it. */
public final class Couplet {
  private Couplet() {}

  /**
   * Runs one command and exits with its code.
   *
   * @param arguments the command's name and its options
   */
  public static void main(String[] arguments) {
    System.exit(Cli.run(arguments, System.out, System.err));
  }
}
