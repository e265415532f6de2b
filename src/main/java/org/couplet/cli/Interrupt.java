package org.couplet.cli;

import java.util.concurrent.CountDownLatch;

/**
 * Ctrl-C (or a polite kill) during long work: the work is asked to end in order, the process waits
 * for it and ends with its code.
 */
final class Interrupt implements AutoCloseable {
  /** Thrown by {@link #check}: the work ends here and leaves nothing behind. */
  static final class Interrupted extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread hook = new Thread(this::request, "interrupt");
  private volatile boolean requested;
  private volatile int code = Cli.FAILED;

  Interrupt() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Ends the work here if it should end. */
  void check() {
    if (requested) {
      throw new Interrupted();
    }
  }

  /** Whether the work should end at the next good moment. */
  boolean requested() {
    return requested;
  }

  /** The work has ended and has said all it has to say; an interrupted process exits with this. */
  int endWith(int exitCode) {
    code = exitCode;
    return exitCode;
  }

  private void request() {
    requested = true;
    try {
      ended.await();
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
