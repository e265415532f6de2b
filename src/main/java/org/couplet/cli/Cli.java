package org.couplet.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.couplet.command.Command;
import org.couplet.command.ExitCode;
import org.couplet.command.FirstWord;
import org.couplet.command.Guard;
import org.couplet.command.Restart;
import org.couplet.command.StandardOutput;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Invocation;
import org.couplet.io.PlainStream;
import org.couplet.io.Spelling;
import org.couplet.io.Version;
import org.couplet.selftest.FaultyKernelsException;
import org.couplet.selftest.Report;

/** Finds a command by its name and runs it. */
public final class Cli {
  // The class that starts this one: a name, as this package does not know it.
  private static final String MAIN = "org.couplet.Couplet";

  private static final char LOST = '\ufffd';

  private static final Set<String> HELP = Set.of("--help", "-h", "help");

  private static final List<Command> COMMANDS =
      List.of(
          new TrainCommand(),
          new BuildCommand(),
          new DataCommand(),
          new SampleCommand(),
          new EditCommand(),
          new ExportCommand(),
          new ImportCommand(),
          new ServeCommand(),
          new InceptionCommand(),
          new FidCommand(),
          new StudyCommand(),
          new BenchCommand(),
          new DoctorCommand());

  private Cli() {}

  /**
   * Runs the one command of a process.
   *
   * @param arguments the command's name and its options
   * @return the exit code
   */
  public static int run(String[] arguments) {
    StandardOutput out = new StandardOutput();
    return out.exitCode(run(arguments, out.stream(), System.err), System.err);
  }

  /**
   * Runs one command.
   *
   * @param arguments the command's name and its options
   * @param output where results go
   * @param terminal where progress and messages go; to neither what names do to a terminal
   * @return the exit code
   */
  public static int run(String[] arguments, PrintStream output, PrintStream terminal) {
    PrintStream out = PlainStream.ofResults(output);
    PrintStream err = PlainStream.ofMessages(terminal);
    if (arguments.length == 0) {
      overview(err);
      return ExitCode.BAD_INPUT;
    }
    if (HELP.contains(arguments[0])) {
      if (arguments.length > 1) {
        return run(new String[] {arguments[1], "--help"}, out, err);
      }
      overview(out);
      return ExitCode.DONE;
    }
    if (arguments[0].equals("--version")) {
      out.println(Version.describe());
      return ExitCode.DONE;
    }
    for (Command command : COMMANDS) {
      if (command.name().equals(arguments[0])) {
        String[] rest = new String[arguments.length - 1];
        System.arraycopy(arguments, 1, rest, 0, rest.length);
        return run(command, rest, out, err);
      }
    }
    List<String> names = COMMANDS.stream().map(Command::name).toList();
    Optional<String> inFront = FirstWord.inFront(List.of(), arguments, names);
    if (inFront.isPresent()) {
      err.println("couplet: the command comes first: " + inFront.get());
      return ExitCode.BAD_INPUT;
    }
    err.println(
        "couplet: there is no command '"
            + arguments[0]
            + "'; "
            + Spelling.closest(arguments[0], names)
                .map(name -> "did you mean " + name + "? ")
                .orElse("")
            + Invocation.ofProcess().line("--help")
            + " lists them");
    return ExitCode.BAD_INPUT;
  }

  private static int run(Command command, String[] arguments, PrintStream out, PrintStream err) {
    try {
      return Guard.run(
          command.name(),
          err,
          () -> {
            requireDecoded(arguments);
            return command.run(arguments, out, err);
          });
    } catch (FaultyKernelsException e) {
      Report report = e.report();
      List<String> again = new ArrayList<>(List.of(command.name()));
      again.addAll(command.argumentsToGoOn(List.of(arguments)));
      return Guard.run(
          command.name(),
          err,
          () -> Restart.run(report, report.remedy().orElseThrow(), MAIN, again, err));
    }
  }

  // Java puts this sign for bytes that the locale's encoding lacks, so different names become one.
  private static void requireDecoded(String[] arguments) {
    for (String argument : arguments) {
      if (argument.indexOf(LOST) >= 0) {
        throw new InvalidInputException(
            "'%s': has bytes that are not %s, which Java can't pass on; rename what it names (mv, or convmv for many), or set LC_ALL to a locale of its encoding"
                .formatted(argument, System.getProperty("sun.jnu.encoding")));
      }
    }
  }

  private static void overview(PrintStream out) {
    out.println("couplet trains, samples and exports consistency models.");
    out.println();
    for (Command command : COMMANDS) {
      out.printf("  %-10s %s%n", command.name(), command.summary());
    }
    out.println();
    out.println(
        "Run '%s COMMAND --help' for the options of a command, '%s' for the version."
            .formatted(Invocation.ofProcess().command(), Invocation.ofProcess().line("--version")));
  }
}
