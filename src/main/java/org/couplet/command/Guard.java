package org.couplet.command;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.Callable;
import org.couplet.io.ErrorSummary;
import org.couplet.io.FailureException;
import org.couplet.io.InvalidInputException;
import org.couplet.selftest.FaultyKernelsException;
import org.couplet.selftest.Report;
import org.tensorflow.exceptions.TFResourceExhaustedException;
import org.tensorflow.exceptions.TensorFlowException;

/** Turns what goes wrong in a command into one line and an exit code. */
public final class Guard {
  private Guard() {}

  /**
   * Runs a command's work.
   *
   * @param command its name, for the line
   * @param err where the line goes
   * @return the exit code
   * @throws FaultyKernelsException if the command should be started again with a remedy
   */
  public static int run(String command, PrintStream err, Callable<Integer> work) {
    String name = "couplet " + command + ": ";
    try {
      return work.call();
    } catch (Interrupt.Interrupted e) {
      err.println(name + "interrupted; nothing was written");
      return ExitCode.INTERRUPTED;
    } catch (FaultyKernelsException e) {
      if (e.report().remedy().isPresent()) {
        throw e;
      }
      err.println(name + refusal(e.report()));
      return ExitCode.FAILED;
    } catch (InvalidInputException e) {
      err.println(name + e.getMessage());
      return ExitCode.BAD_INPUT;
    } catch (NoSuchFileException | FileNotFoundException e) {
      err.println(name + e.getMessage() + ": no such file");
      return ExitCode.BAD_INPUT;
    } catch (AccessDeniedException e) {
      err.println(name + e.getMessage() + ": access denied");
      return ExitCode.BAD_INPUT;
    } catch (UncheckedIOException e) {
      // Streams of files hide what goes wrong in them.
      err.println(name + e.getMessage());
      return ExitCode.FAILED;
    } catch (IOException | FailureException e) {
      err.println(name + e.getMessage());
      return ExitCode.FAILED;
    } catch (TFResourceExhaustedException e) {
      err.println(
          name
              + "out of memory; lower run.batch_size or --count, or set optimizer.accumulate or"
              + " runtime.remat. "
              + ErrorSummary.of(e));
      return ExitCode.FAILED;
    } catch (TensorFlowException e) {
      err.println(name + describe(e));
      return ExitCode.FAILED;
    } catch (OutOfMemoryError e) {
      err.println(name + "out of memory (" + e.getMessage() + "); try COUPLET_JAVA_OPTS=-Xmx8g");
      return ExitCode.FAILED;
    } catch (Exception e) {
      err.println(name + "this is a fault of couplet; please report it");
      e.printStackTrace(err);
      return ExitCode.FAILED;
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

  /** One line about a TensorFlow error. On a GPU XLA needs two files of CUDA's compiler. */
  public static String describe(TensorFlowException e) {
    String line = ErrorSummary.of(e);
    return line.contains("find a suitable version of ptxas") || line.contains("libdevice not found")
        ? "XLA finds no ptxas or no libdevice, which it needs for GPUs; tools/fetch-cuda-compiler.sh"
            + " fetches them, or begin with --set runtime.xla=OFF"
        : "TensorFlow failed: " + line;
  }
}
