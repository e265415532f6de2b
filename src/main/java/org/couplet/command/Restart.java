package org.couplet.command;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import org.couplet.io.JavaCommand;
import org.couplet.selftest.Report;

/**
 * A command in a second process, with a variable that native libraries read once: the remedy for
 * kernels that are wrong here. The first process waits and passes on signals and the exit code.
 */
public final class Restart {
  private Restart() {}

  /**
   * Runs the command again.
   *
   * @param main name of the class whose main takes {@code arguments}
   */
  public static int run(
      Report report, Report.Remedy remedy, String main, List<String> arguments, PrintStream err)
      throws IOException {
    err.println(describe(report, remedy));
    List<String> command = JavaCommand.of(main);
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    builder.environment().put(remedy.variable(), remedy.value());
    Process process = builder.start();
    Thread hook =
        new Thread(
            () -> {
              process.destroy();
              Runtime.getRuntime().halt(code(process));
            },
            "restart");
    Runtime.getRuntime().addShutdownHook(hook);
    int code = code(process);
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending already, with the same code.
    }
    return code;
  }

  /** The line printed before a process is restarted. */
  public static String describe(Report report, Report.Remedy remedy) {
    return "self-test: %s; starting again with %s=%s"
        .formatted(report.describe(), remedy.variable(), remedy.value());
  }

  private static int code(Process process) {
    while (true) {
      try {
        return process.waitFor();
      } catch (InterruptedException e) {
        process.destroy();
      }
    }
  }
}
