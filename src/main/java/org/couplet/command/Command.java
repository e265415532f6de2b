package org.couplet.command;

import java.io.PrintStream;
import java.util.List;

/** One command of the command line. */
public interface Command {
  /** The word that calls it. */
  String name();

  /** What it does, in one line. */
  String summary();

  /**
   * Runs it.
   *
   * @param arguments all after the command's name
   * @param out for results
   * @param err for progress and error messages
   * @return the exit code: 0 done, 1 failed, 130 interrupted
   * @throws org.couplet.io.InvalidInputException for bad input or usage: exit code 2
   */
  int run(String[] arguments, PrintStream out, PrintStream err) throws Exception;

  /** The arguments of another process that continues where this one stopped. */
  default List<String> argumentsToGoOn(List<String> arguments) {
    return arguments;
  }
}
