package org.couplet.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.couplet.io.ErrorSummary;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Version;
import org.couplet.selftest.FaultyKernelsException;
import org.couplet.selftest.Report;
import org.couplet.train.DivergedException;
import org.tensorflow.exceptions.TFResourceExhaustedException;
import org.tensorflow.exceptions.TensorFlowException;

/** Finds a command by its name, runs it, and turns what went wrong into one line and a code. */
public final class Cli {
  /** Done. */
  public static final int DONE = 0;

  /** Failed. */
  public static final int FAILED = 1;

  /** Bad input or usage. */
  public static final int BAD_INPUT = 2;

  /** Interrupted by the user. */
  public static final int INTERRUPTED = 130;

  // The class that starts this one: a name, as this package does not know it.
  private static final String MAIN = "org.couplet.Couplet";

  private static final List<Command> COMMANDS =
      List.of(
          new TrainCommand(),
          new BuildCommand(),
          new DataCommand(),
          new SampleCommand(),
          new ExportCommand(),
          new InceptionCommand(),
          new FidCommand(),
          new StudyCommand(),
          new BenchCommand(),
          new DoctorCommand());

  private Cli() {}

  /**
   * Runs one command.
   *
   * @param arguments the command's name and its options
   * @return the exit code
   */
  public static int run(String[] arguments, PrintStream out, PrintStream err) {
    if (arguments.length == 0 || arguments[0].equals("--help") || arguments[0].equals("help")) {
      overview(arguments.length == 0 ? err : out);
      return arguments.length == 0 ? BAD_INPUT : DONE;
    }
    if (arguments[0].equals("--version")) {
      out.println(Version.describe());
      return DONE;
    }
    for (Command command : COMMANDS) {
      if (command.name().equals(arguments[0])) {
        String[] rest = new String[arguments.length - 1];
        System.arraycopy(arguments, 1, rest, 0, rest.length);
        return run(command, rest, out, err);
      }
    }
    err.println("couplet: there is no command '" + arguments[0] + "'; 'couplet --help' lists them");
    return BAD_INPUT;
  }

  private static int run(Command command, String[] arguments, PrintStream out, PrintStream err) {
    try {
      return guarded(command, err, () -> command.run(arguments, out, err));
    } catch (FaultyKernelsException e) {
      Report report = e.report();
      List<String> again = new ArrayList<>(List.of(command.name()));
      again.addAll(command.argumentsToGoOn(List.of(arguments)));
      return guarded(
          command, err, () -> Restart.run(report, report.remedy().orElseThrow(), MAIN, again, err));
    }
  }

  /**
   * Runs a command's work; what goes wrong becomes one line and the exit code.
   *
   * @throws FaultyKernelsException if the command should be started again with a remedy
   */
  static int guarded(Command command, PrintStream err, Callable<Integer> work) {
    String name = "couplet " + command.name() + ": ";
    try {
      return work.call();
    } catch (Interrupt.Interrupted e) {
      err.println(name + "interrupted; nothing was written");
      return INTERRUPTED;
    } catch (FaultyKernelsException e) {
      if (e.report().remedy().isPresent()) {
        throw e;
      }
      err.println(name + refusal(e.report()));
      return FAILED;
    } catch (InvalidInputException e) {
      err.println(name + e.getMessage());
      return BAD_INPUT;
    } catch (NoSuchFileException | FileNotFoundException e) {
      err.println(name + e.getMessage() + ": no such file");
      return BAD_INPUT;
    } catch (AccessDeniedException e) {
      err.println(name + e.getMessage() + ": access denied");
      return BAD_INPUT;
    } catch (UncheckedIOException e) {
      // Streams of files hide what goes wrong in them.
      err.println(name + e.getMessage());
      return FAILED;
    } catch (IOException | DivergedException e) {
      err.println(name + e.getMessage());
      return FAILED;
    } catch (TFResourceExhaustedException e) {
      err.println(
          name
              + "out of memory; lower run.batch_size or --count, or set optimizer.accumulate or"
              + " runtime.remat. "
              + ErrorSummary.of(e));
      return FAILED;
    } catch (TensorFlowException e) {
      err.println(name + words(e));
      return FAILED;
    } catch (OutOfMemoryError e) {
      err.println(name + "out of memory (" + e.getMessage() + "); try COUPLET_JAVA_OPTS=-Xmx8g");
      return FAILED;
    } catch (Exception e) {
      err.println(name + "this is a fault of couplet; please report it");
      e.printStackTrace(err);
      return FAILED;
    }
  }

  // No remedy is known.
  private static String refusal(Report report) {
    return "the self-test found %s (%s). Results would be wrong; %s, or train anyway with --skip-self-test"
        .formatted(
            report.describe(),
            report.machine().describe(),
            report.bfloat16()
                ? "begin with --set runtime.precision=FLOAT32"
                : "run on another machine");
  }

  /** What TensorFlow failed at. On a GPU XLA needs two files of CUDA's compiler. */
  static String words(TensorFlowException e) {
    String line = ErrorSummary.of(e);
    return line.contains("find a suitable version of ptxas") || line.contains("libdevice not found")
        ? "XLA finds no ptxas or no libdevice, which it needs for GPUs; tools/fetch-cuda-compiler.sh"
            + " fetches them, or begin with --set runtime.xla=OFF"
        : "TensorFlow failed: " + line;
  }

  private static void overview(PrintStream out) {
    out.println("couplet trains, samples and exports consistency models.");
    out.println();
    for (Command command : COMMANDS) {
      out.printf("  %-10s %s%n", command.name(), command.summary());
    }
    out.println();
    out.println(
        "'couplet COMMAND --help' shows a command's options, 'couplet --version' the version.");
  }
}
