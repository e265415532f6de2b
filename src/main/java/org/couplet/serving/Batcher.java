package org.couplet.serving;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.couplet.io.InvalidInputException;

/**
 * Joins calls. A thread takes the oldest call that waits, adds others of the same kind until the
 * batch is full or the wait is over, and computes them together.
 */
final class Batcher implements AutoCloseable {
  /**
   * What several calls of one kind have computed together.
   *
   * @param <I> what a call brings
   * @param <O> what it gets
   */
  @FunctionalInterface
  interface Work<I, O> {
    /**
     * The results of the calls, in their order.
     *
     * @param wanted ends long work by an exception once nobody waits for its results
     */
    List<O> run(List<I> inputs, Runnable wanted);
  }

  private static final class Call<I, O> {
    final Object kind;
    final int rows;
    final I input;
    final Work<I, O> work;
    final long due;
    // When it no longer waits for others.
    final long until;
    final CompletableFuture<O> result = new CompletableFuture<>();

    Call(Object kind, int rows, I input, Work<I, O> work, Duration delay, long due) {
      this.kind = kind;
      this.rows = rows;
      this.input = input;
      this.work = work;
      this.due = due;
      this.until = System.nanoTime() + delay.toNanos();
    }
  }

  private final ServingLimits limits;
  private final Consumer<Integer> batches;
  // Guarded by this: the calls that wait, oldest first, and their rows.
  private final ArrayDeque<Call<?, ?>> waiting = new ArrayDeque<>();
  private int waitingRows;
  private boolean closed;
  private final Thread thread;

  /**
   * @param name of its thread
   * @param batches is told the rows of each batch
   */
  Batcher(String name, ServingLimits limits, Consumer<Integer> batches) {
    this.limits = limits;
    this.batches = batches;
    thread = new Thread(this::work, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** When a call that comes now must be computed, of {@link System#nanoTime}. */
  long due() {
    return System.nanoTime() + limits.deadline().toNanos();
  }

  /**
   * Has a call computed.
   *
   * @param kind calls of equal kinds may be joined; their {@code work} is the same
   * @param rows of the input
   * @param due {@link #due} when the call came, of which this may be a part
   * @throws Refusal if too many rows wait, or the deadline passes
   * @throws InvalidInputException if it can't be computed
   */
  <I, O> O call(Object kind, int rows, I input, Work<I, O> work, long due) {
    return computed(new Call<>(kind, rows, input, work, limits.delay(), due));
  }

  /** Has a call computed that is not joined with others; otherwise the same. */
  <I, O> O callAlone(int rows, I input, Work<I, O> work, long due) {
    return computed(new Call<>(new Object(), rows, input, work, Duration.ZERO, due));
  }

  private <O> O computed(Call<?, O> call) {
    synchronized (this) {
      if (closed) {
        throw new Refusal(Refusal.Reason.UNAVAILABLE, "the model is being unloaded; try again");
      }
      // A large call may wait alone.
      if (waitingRows > 0 && waitingRows + call.rows > limits.queue()) {
        throw new Refusal(
            Refusal.Reason.BUSY, waitingRows + " rows wait already; try again in a second");
      }
      waiting.add(call);
      waitingRows += call.rows;
      notifyAll();
    }
    return result(call);
  }

  private <O> O result(Call<?, O> call) {
    try {
      return call.result.get(call.due - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      call.result.cancel(false);
      throw late();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refusal(Refusal.Reason.UNAVAILABLE, "the server is stopping");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private Refusal late() {
    return new Refusal(
        Refusal.Reason.LATE, "not computed within " + limits.deadline().toMillis() + " ms");
  }

  /** Rows that wait. */
  synchronized int waitingRows() {
    return waitingRows;
  }

  private void work() {
    List<Call<?, ?>> batch = next();
    while (!batch.isEmpty()) {
      run(batch);
      batch = next();
    }
  }

  // None once this is closed and nothing waits.
  private synchronized List<Call<?, ?>> next() {
    try {
      while (waiting.isEmpty() && !closed) {
        wait();
      }
      if (waiting.isEmpty()) {
        return List.of();
      }
      Object kind = waiting.getFirst().kind;
      long until = waiting.getFirst().until;
      long left = until - System.nanoTime();
      while (rows(kind) < limits.batch() && left > 0 && !closed) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
        left = until - System.nanoTime();
      }
      return take(kind);
    } catch (InterruptedException e) {
      return List.of();
    }
  }

  private int rows(Object kind) {
    return waiting.stream().filter(call -> call.kind.equals(kind)).mapToInt(c -> c.rows).sum();
  }

  private List<Call<?, ?>> take(Object kind) {
    List<Call<?, ?>> batch = new ArrayList<>();
    int rows = 0;
    Iterator<Call<?, ?>> calls = waiting.iterator();
    while (calls.hasNext()) {
      Call<?, ?> call = calls.next();
      if (call.kind.equals(kind) && (batch.isEmpty() || rows + call.rows <= limits.batch())) {
        calls.remove();
        waitingRows -= call.rows;
        batch.add(call);
        rows += call.rows;
      }
    }
    return batch;
  }

  private void run(List<Call<?, ?>> batch) {
    long now = System.nanoTime();
    List<Call<?, ?>> live = new ArrayList<>();
    for (Call<?, ?> call : batch) {
      if (call.result.isDone() || call.due - now < 0) {
        call.result.completeExceptionally(late());
      } else {
        live.add(call);
      }
    }
    if (!live.isEmpty()) {
      batches.accept(live.stream().mapToInt(call -> call.rows).sum());
      compute(live);
    }
  }

  // Calls of one kind have the same types.
  @SuppressWarnings("unchecked")
  private <I, O> void compute(List<Call<?, ?>> batch) {
    List<Call<I, O>> calls = batch.stream().map(call -> (Call<I, O>) call).toList();
    try {
      List<O> results =
          calls
              .get(0)
              .work
              .run(calls.stream().map(call -> call.input).toList(), () -> wanted(batch));
      for (int i = 0; i < calls.size(); i++) {
        calls.get(i).result.complete(Objects.requireNonNull(results.get(i)));
      }
    } catch (RuntimeException | Error e) {
      if (calls.size() == 1) {
        calls.get(0).result.completeExceptionally(e);
      } else {
        // One bad call must not spoil the others.
        batch.stream()
            .filter(call -> !call.result.isDone())
            .forEach(call -> compute(List.of(call)));
      }
    }
  }

  // Those who have waited in vain have cancelled their calls.
  private void wanted(List<Call<?, ?>> batch) {
    if (batch.stream().allMatch(call -> call.result.isDone())) {
      throw late();
    }
  }

  /** Computes what waits, then ends. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
