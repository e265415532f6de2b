package org.couplet.loading;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.couplet.io.BackgroundTasks;

/**
 * Runs work on a thread with a large stack. TensorFlow prepares a graph on the thread that runs it
 * first, and recurses there as deep as the graph's constant part is long. The default stack of
 * Java's threads (1 MB) can be too small for that, and then the process ends without a report.
 */
final class DeepStack {
  // Address space only: memory is taken as the stack is used.
  private static final long BYTES = 64L << 20;

  private DeepStack() {}

  /** Waits for the work; what it throws is thrown here. */
  static <T> T call(Supplier<T> work) {
    FutureTask<T> task = new FutureTask<>(work::get);
    Thread thread = new Thread(null, task, "couplet-deep-stack", BYTES);
    thread.setDaemon(true);
    thread.start();
    try {
      // The work uses tensors of the caller, which must not be closed before its end.
      return BackgroundTasks.await(task);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw new IllegalStateException(e);
    }
  }
}
