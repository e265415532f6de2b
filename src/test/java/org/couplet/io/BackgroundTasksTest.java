package org.couplet.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BackgroundTasksTest {
  private final Set<Integer> released = new ConcurrentSkipListSet<>();

  private BackgroundTasks<Integer, IOException> tasks(int threads) {
    return new BackgroundTasks<>("couplet-test", threads, released::add);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void resultsComeInTheOrderInWhichTheirTasksBegan() throws IOException {
    for (int threads : new int[] {1, 3}) {
      try (BackgroundTasks<Integer, IOException> tasks = tasks(threads)) {
        for (int i = 0; i < 100; i++) {
          int number = i;
          tasks.begin(
              () -> {
                if (number % 7 == 0) {
                  LockSupport.parkNanos(1_000_000);
                }
                return number;
              });
        }
        for (int i = 0; i < 100; i++) {
          assertEquals(100 - i, tasks.pending());
          assertEquals(i, tasks.take());
        }
      }
    }
    assertTrue(released.isEmpty());
  }

  @Test
  void tasksRunOnAThreadOfTheirOwnWhileTheCallerWorks() throws IOException {
    CountDownLatch callerIsWorking = new CountDownLatch(1);
    AtomicReference<@Nullable Thread> worker = new AtomicReference<>();
    try (BackgroundTasks<Integer, IOException> tasks = tasks(1)) {
      tasks.begin(
          () -> {
            worker.set(Thread.currentThread());
            await(callerIsWorking);
            return 1;
          });
      callerIsWorking.countDown();
      assertEquals(1, tasks.take());
    }
    Thread thread = Objects.requireNonNull(worker.get());
    assertEquals("couplet-test", thread.getName());
    assertTrue(thread.isDaemon());
  }

  @Test
  void aTasksFailureIsTheCallersAndTheNextTaskRuns() throws IOException {
    List<Throwable> failures =
        List.of(
            new IOException("disk"),
            new InvalidInputException("wrong"),
            new IllegalStateException("bug"),
            new OutOfMemoryError("full"));
    try (BackgroundTasks<Integer, IOException> tasks = tasks(1)) {
      for (Throwable failure : failures) {
        tasks.begin(() -> fail(failure));
        tasks.begin(() -> 1);
        assertSame(failure, assertThrows(failure.getClass(), tasks::take));
        assertEquals(1, tasks.take());
      }
    }
  }

  private static int fail(Throwable failure) throws IOException {
    if (failure instanceof IOException checked) {
      throw checked;
    }
    if (failure instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    throw (Error) failure;
  }

  @Test
  void closingReleasesWhatNobodyTookAndNeverRunsWhatHasNotBegun() throws InterruptedException {
    BackgroundTasks<Integer, IOException> tasks = tasks(1);
    tasks.begin(() -> 1);
    tasks.begin(() -> fail(new IOException("nobody hears of this")));
    endWhileATaskRuns(tasks, tasks::close);
    assertEquals(Set.of(1, 2), released);
  }

  @Test
  void tasksCanBeginAfterOthersWereDiscarded() throws IOException, InterruptedException {
    try (BackgroundTasks<Integer, IOException> tasks = tasks(1)) {
      endWhileATaskRuns(tasks, tasks::discard);
      assertEquals(Set.of(2), released);
      tasks.begin(() -> 7);
      assertEquals(7, tasks.take());
    }
  }

  // Begins a task whose result is 2, and some that must not run.
  private static void endWhileATaskRuns(BackgroundTasks<Integer, IOException> tasks, Runnable end)
      throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger later = new AtomicInteger();
    tasks.begin(
        () -> {
          begun.countDown();
          await(goOn);
          return 2;
        });
    for (int i = 0; i < 5; i++) {
      tasks.begin(later::incrementAndGet);
    }
    await(begun);
    Thread ending = new Thread(end);
    ending.start();
    while (ending.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    goOn.countDown();
    ending.join();
    assertEquals(0, later.get());
    assertEquals(0, tasks.pending());
  }

  @Test
  void anInterruptedCallerStillTakesAndClosesAndStaysInterrupted()
      throws IOException, InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicReference<@Nullable Thread> worker = new AtomicReference<>();
    BackgroundTasks<Integer, IOException> tasks = tasks(1);
    tasks.begin(
        () -> {
          worker.set(Thread.currentThread());
          return 1;
        });
    Thread.currentThread().interrupt();
    assertEquals(1, tasks.take());
    assertTrue(Thread.interrupted());
    tasks.begin(
        () -> {
          begun.countDown();
          await(goOn);
          return 2;
        });
    await(begun);
    Thread.currentThread().interrupt();
    new Thread(goOn::countDown).start();
    tasks.close();
    assertTrue(Thread.interrupted());
    assertEquals(Set.of(2), released);
    Objects.requireNonNull(worker.get()).join();
  }
}
