package org.couplet.command;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.couplet.io.ErrorStream;

/**
 * Ctrl-C (or SIGTERM) during long work: the work is asked to end in order, the process waits for it
 * and ends with its code.
 */
public final class Interrupt implements AutoCloseable {
  /** Thrown by {@link #check}: the work ends here and leaves nothing behind. */
  static final class Interrupted extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private final String command;
  private final PrintStream err;
  private final Optional<Duration> longest;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread hook = new Thread(this::request, "interrupt");
  private volatile boolean requested;
  private volatile String inHand = "the work in hand";
  private volatile int code = ExitCode.FAILED;

  /** Work that can be asked to end; returns its exit code. */
  public interface Work {
    int run(Interrupt interrupt) throws Exception;
  }

  /** Runs a command's long work as {@link Guard#run} does; returns the exit code. */
  public static int during(String command, PrintStream err, Work work) {
    return during(command, err, Optional.empty(), work);
  }

  /**
   * Likewise, for work that may be stuck and leaves nothing half done.
   *
   * @param longest how long an interrupted process waits for the work to end
   */
  public static int during(String command, PrintStream err, Duration longest, Work work) {
    return during(command, err, Optional.of(longest), work);
  }

  private static int during(
      String command, PrintStream err, Optional<Duration> longest, Work work) {
    try (Interrupt interrupt = new Interrupt(command, err, longest)) {
      // What an interrupted process exits with.
      interrupt.code = Guard.run(command, err, () -> work.run(interrupt));
      return interrupt.code;
    }
  }

  private Interrupt(String command, PrintStream err, Optional<Duration> longest) {
    this.command = command;
    this.err = err;
    this.longest = longest;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Ends the work here if it should end. */
  public void check() {
    if (requested) {
      throw new Interrupted();
    }
  }

  /** Says what the work ends after, for the line that answers Ctrl-C: {@code the current step}. */
  public void endsAfter(String part) {
    inHand = part;
  }

  /** Whether the work should end at the next good moment. */
  public boolean requested() {
    return requested;
  }

  private void request() {
    requested = true;
    // A progress bar's line has no end yet.
    String above = ErrorStream.isTerminal() ? System.lineSeparator() : "";
    err.println(above + "couplet " + command + ": stopping after " + inHand);
    try {
      if (longest.isEmpty()) {
        ended.await();
      } else if (!ended.await(longest.get().toMillis(), TimeUnit.MILLISECONDS)) {
        err.println("couplet " + command + ": interrupted; what is stuck is not waited for");
        code = ExitCode.INTERRUPTED;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // Otherwise the signal's number would be the code, whatever became of the work.
    Runtime.getRuntime().halt(code);
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending already, and the hook waits for this.
    }
    ended.countDown();
  }
}
