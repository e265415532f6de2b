package org.couplet.command;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.couplet.io.ErrorSummary;
import org.couplet.io.FailureException;
import org.couplet.io.FileFailure;
import org.couplet.io.InvalidInputException;
import org.couplet.io.PlainLine;
import org.couplet.selftest.FaultyKernelsException;
import org.couplet.selftest.Report;
import org.tensorflow.exceptions.TFResourceExhaustedException;
import org.tensorflow.exceptions.TensorFlowException;

/** Turns what goes wrong in a command into one line and an exit code. */
public final class Guard {
  // Java's words for a mapped file that ends before its mapping does.
  private static final String LOST_MAPPING = "unsafe memory access operation";

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
      err.println(name + PlainLine.of(String.valueOf(e.getMessage())));
      return ExitCode.BAD_INPUT;
    } catch (InvalidPathException e) {
      err.println(name + describe(e));
      return ExitCode.BAD_INPUT;
    } catch (IOException e) {
      return refuse(FileFailure.of(e), name, err);
    } catch (UncheckedIOException e) {
      return refuse(FileFailure.of(e), name, err);
    } catch (FailureException e) {
      err.println(name + PlainLine.of(String.valueOf(e.getMessage())));
      return ExitCode.FAILED;
    } catch (OutOfMemoryError e) {
      err.println(name + "out of memory (" + e.getMessage() + "); try COUPLET_JAVA_OPTS=-Xmx8g");
      return ExitCode.FAILED;
    } catch (InternalError e) {
      if (!String.valueOf(e.getMessage()).contains(LOST_MAPPING)) {
        throw e;
      }
      err.println(
          name
              + "a file that was being read, most likely the images, was cut or its disk failed;"
              + " put the whole file back");
      return ExitCode.FAILED;
    } catch (LinkageError e) {
      Throwable root = root(e);
      // A class that was tried again has the first failure's name in its text alone.
      if (!String.valueOf(root).contains(UnsatisfiedLinkError.class.getSimpleName())
          && !(e instanceof UnsatisfiedLinkError)) {
        return fault(e, name, err);
      }
      err.println(name + PlainLine.of(unloadable(ErrorSummary.of(root))));
      return ExitCode.FAILED;
    } catch (Exception e) {
      return isOfTensorFlow(e) ? ofTensorFlow(e, name, err) : fault(e, name, err);
    }
  }

  private static int fault(Throwable e, String name, PrintStream err) {
    err.println(name + "this is a fault of couplet; please report it");
    e.printStackTrace(err);
    return ExitCode.FAILED;
  }

  private static Throwable root(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  // JavaCPP unpacks TensorFlow's libraries there once.
  private static String unloadable(String reason) {
    Path cache =
        Path.of(
            System.getProperty(
                "org.bytedeco.javacpp.cachedir",
                System.getProperty("user.home") + "/.javacpp/cache"));
    return ("TensorFlow's native library can't be loaded: %s; %s needs 0.8 GiB and leave to run"
            + " files, or choose another folder with"
            + " COUPLET_JAVA_OPTS=-Dorg.bytedeco.javacpp.cachedir=DIR; a limit on memory (ulimit"
            + " -v) must leave 8 GiB")
        .formatted(reason, cache);
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

  private static int refuse(FileFailure failure, String name, PrintStream err) {
    err.println(name + PlainLine.of(String.valueOf(failure.getMessage())));
    return failure.isBadInput() ? ExitCode.BAD_INPUT : ExitCode.FAILED;
  }

  // Where the locale has no UTF-8, Java can't name every file.
  private static String describe(InvalidPathException e) {
    boolean unmappable = String.valueOf(e.getReason()).contains("unmappable");
    return "'%s' is not a path here (%s); %s"
        .formatted(
            PlainLine.of(e.getInput()),
            e.getReason(),
            unmappable ? "run it with LC_ALL=C.UTF-8" : "choose another name");
  }

  // It reports a full disk as exhausted resources, as it does memory.
  private static int ofTensorFlow(Exception e, String name, PrintStream err) {
    Optional<FileFailure> file = FileFailure.in(ErrorSummary.of(e));
    if (file.isPresent()) {
      return refuse(file.get(), name, err);
    }
    err.println(name + describe(e));
    return ExitCode.FAILED;
  }

  /** Whether an exception is TensorFlow's; they have different parents. */
  public static boolean isOfTensorFlow(Exception e) {
    return e instanceof TensorFlowException
        || e.getClass().getPackage() == TensorFlowException.class.getPackage();
  }

  /** One line about a TensorFlow error. On a GPU XLA needs two files of CUDA's compiler. */
  public static String describe(Exception e) {
    String line = PlainLine.of(ErrorSummary.of(e));
    if (e instanceof TFResourceExhaustedException) {
      return "out of memory; lower run.batch_size or --count, or set optimizer.accumulate or"
          + " runtime.remat. "
          + line;
    }
    return line.contains("find a suitable version of ptxas") || line.contains("libdevice not found")
        ? "XLA finds no ptxas or no libdevice, which it needs for GPUs; tools/fetch-cuda-compiler.sh"
            + " fetches them, or begin with --set runtime.xla=OFF"
        : "TensorFlow failed: " + line;
  }
}
