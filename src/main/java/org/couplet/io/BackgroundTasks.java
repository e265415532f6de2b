package org.couplet.io;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Tasks that run on threads of their own while the caller does something else. Results are taken in
 * the order in which the tasks began. For one caller at a time.
 *
 * <pre>{@code
 * try (BackgroundTasks<Batch, IOException> ahead =
 *     new BackgroundTasks<>("reader", 1, Batch::close)) {
 *   ahead.begin(source::read);
 *   while (goesOn()) {
 *     try (Batch batch = ahead.take()) {
 *       ahead.begin(source::read); // the next one is read while this one is used
 *       use(batch);
 *     }
 *   }
 * }
 * }</pre>
 *
 * @param <T> a result
 * @param <E> the checked exception of a task; {@code RuntimeException} if it has none
 */
public final class BackgroundTasks<T, E extends Exception> implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(BackgroundTasks.class.getName());

  private final ThreadPoolExecutor workers;
  private final Consumer<? super T> release;
  private final Deque<FutureTask<T>> begun = new ArrayDeque<>();

  /** The work of one task. */
  @FunctionalInterface
  public interface Task<T, E extends Exception> {
    /** Does the work. */
    T run() throws E;
  }

  /**
   * Starts no thread yet.
   *
   * @param name of the threads
   * @param threads number of tasks that may run at the same time, at least 1
   * @param release frees a result that nobody takes
   */
  public BackgroundTasks(String name, int threads, Consumer<? super T> release) {
    this.release = release;
    this.workers =
        new ThreadPoolExecutor(
            threads,
            threads,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Adds a task, which runs as soon as a thread is free. */
  public void begin(Task<? extends T, ? extends E> task) {
    FutureTask<T> added = new FutureTask<>(task::run);
    // First: a task that no thread takes would be waited for without end.
    workers.execute(added);
    begun.add(added);
  }

  /** Number of tasks whose results have not been taken. */
  public int pending() {
    return begun.size();
  }

  /**
   * Waits for the oldest task, even if interrupted: its result may be native memory, which must
   * have an owner. The thread stays interrupted.
   *
   * @return its result, which is now the caller's
   * @throws E the exception of the task itself; unchecked ones and errors likewise
   * @throws java.util.NoSuchElementException if no task is pending
   */
  public T take() throws E {
    return result(begun.remove());
  }

  /**
   * Waits for the oldest task, at most so long; an interrupt ends the waiting.
   *
   * @return whether to {@link #take} it now: it has ended, or this thread was interrupted
   * @throws java.util.NoSuchElementException if no task is pending
   */
  public boolean await(Duration longest) {
    try {
      begun.getFirst().get(longest.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return true;
  }

  /**
   * Gives the oldest task up, which may never end: nobody takes its result, and another thread
   * takes its place. Not for tasks that make or use native memory.
   */
  public void abandon() {
    begun.remove();
    workers.setMaximumPoolSize(workers.getMaximumPoolSize() + 1);
    workers.setCorePoolSize(workers.getMaximumPoolSize());
  }

  /**
   * Drops all tasks and waits for the threads, but at most so long: what still runs then ends with
   * the process. Not for tasks that make or use native memory.
   */
  public void close(Duration longest) {
    workers.shutdown();
    begun.removeIf(workers::remove);
    try {
      if (workers.awaitTermination(longest.toNanos(), TimeUnit.NANOSECONDS)) {
        discard();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Drops all tasks: waits for those that run and releases their results; others never run. */
  public void discard() {
    begun.removeIf(workers::remove);
    while (!begun.isEmpty()) {
      release(begun.remove());
    }
  }

  private void release(FutureTask<T> unwanted) {
    T result;
    try {
      result = result(unwanted);
    } catch (Throwable e) {
      // The result is not needed, so its failure is only logged.
      LOG.log(System.Logger.Level.DEBUG, "a task failed whose result is not needed", e);
      return;
    }
    release.accept(result);
  }

  private T result(FutureTask<T> task) throws E {
    try {
      return await(task);
    } catch (ExecutionException e) {
      throw failure(Objects.requireNonNull(e.getCause()));
    }
  }

  /**
   * Waits for a task on another thread, even if interrupted: it may use what the caller would
   * close. The thread stays interrupted.
   */
  public static <T> T await(Future<T> task) throws ExecutionException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @SuppressWarnings("unchecked") // a task's checked exceptions are of type E
  private E failure(Throwable cause) {
    if (cause instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return (E) cause;
  }

  /** Drops all tasks and waits until the threads have ended, even if interrupted. */
  @Override
  public void close() {
    boolean interrupted = false;
    workers.shutdown();
    discard();
    while (!workers.isTerminated()) {
      try {
        workers.awaitTermination(1, TimeUnit.DAYS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
