package org.couplet.command;

import java.io.PrintStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a command is busy with, such as loading TensorFlow: the user is told if it takes more than a
 * moment.
 */
public final class Stage implements AutoCloseable {
  private static final long MOMENT_MILLIS = 400;

  private final PrintStream err;
  private @Nullable String current;

  /**
   * No stage yet.
   *
   * @param err where the user is told
   */
  public Stage(PrintStream err) {
    this.err = err;
  }

  /**
   * Begins a stage, which ends the one before.
   *
   * @param doing what is being done: {@code loading the model}
   */
  public synchronized void begin(String doing) {
    current = doing;
    CompletableFuture.delayedExecutor(MOMENT_MILLIS, TimeUnit.MILLISECONDS)
        .execute(() -> tell(doing));
  }

  private synchronized void tell(String doing) {
    if (doing.equals(current)) {
      err.println(doing + " ...");
    }
  }

  /** Ends the last stage: what follows reports itself. */
  public synchronized void end() {
    current = null;
  }

  @Override
  public void close() {
    end();
  }
}
