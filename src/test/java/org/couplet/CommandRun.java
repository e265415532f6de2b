package org.couplet;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.couplet.cli.Cli;
import org.couplet.command.ExitCode;

/**
 * One command, run in this process.
 *
 * @param code exit code
 * @param out what it printed
 * @param err what it complained
 */
public record CommandRun(int code, String out, String err) {
  /** Runs a command; paths and numbers among the arguments become text. */
  public static CommandRun of(Object... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Cli.run(
            Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new CommandRun(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** Runs a command that must succeed. */
  public static CommandRun done(Object... arguments) {
    CommandRun run = of(arguments);
    if (run.code() != ExitCode.DONE) {
      throw new AssertionError(Arrays.toString(arguments) + " ended with " + run);
    }
    return run;
  }
}
