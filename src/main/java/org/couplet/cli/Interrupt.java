package org.couplet.cli;

import java.util.concurrent.CountDownLatch;

/**
 * Ctrl-C (or a polite kill) during long work: the work is asked to end in order, and the process
 * waits for it.
 */
final class Interrupt implements AutoCloseable {
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread hook = new Thread(this::request, "interrupt");
  private volatile boolean requested;

  Interrupt() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Whether the work should end at the next good moment. */
  boolean requested() {
    return requested;
  }

  private void request() {
    requested = true;
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The work has ended. */
  @Override
  public void close() {
    ended.countDown();
    if (!requested) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The process is ending already; the hook has been let go above.
      }
    }
  }
}
