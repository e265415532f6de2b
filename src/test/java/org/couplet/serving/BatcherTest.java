package org.couplet.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.couplet.io.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class BatcherTest {
  private final List<Integer> batches = Collections.synchronizedList(new ArrayList<>());

  private Batcher batcher(int batch, int delayMs, int queue, int deadlineMs) {
    return new Batcher(
        "test",
        new ServingLimits(batch, Duration.ofMillis(delayMs), queue, Duration.ofMillis(deadlineMs)),
        batches::add);
  }

  private static List<Integer> doubled(List<Integer> inputs, Runnable wanted) {
    return inputs.stream().map(value -> 2 * value).toList();
  }

  private static CompletableFuture<Integer> later(
      Batcher batcher, Object kind, int rows, int input) {
    return CompletableFuture.supplyAsync(
        () -> batcher.call(kind, rows, input, BatcherTest::doubled, batcher.due()),
        task -> new Thread(task).start());
  }

  @Test
  void callsOfAKindAreComputedTogetherUpToTheBatch() {
    try (Batcher batcher = batcher(4, 10_000, 100, 60_000)) {
      List<CompletableFuture<Integer>> calls = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        calls.add(later(batcher, "a", 1, i));
      }
      for (int i = 0; i < 8; i++) {
        assertEquals(2 * i, calls.get(i).join());
      }
      assertEquals(List.of(4, 4), batches);
    }
  }

  @Test
  void callsOfOtherKindsAreNotJoined() {
    try (Batcher batcher = batcher(4, 50, 100, 60_000)) {
      CompletableFuture<Integer> a = later(batcher, "a", 1, 1);
      CompletableFuture<Integer> b = later(batcher, "b", 1, 2);
      assertEquals(2, a.join());
      assertEquals(4, b.join());
      assertEquals(List.of(1, 1), batches);
    }
  }

  @Test
  void aCallDoesNotWaitAgainAfterItHasWaitedForTheBatchBefore() throws InterruptedException {
    CountDownLatch go = new CountDownLatch(1);
    try (Batcher batcher = batcher(4, 2_000, 100, 60_000)) {
      CompletableFuture<Integer> before =
          CompletableFuture.supplyAsync(
              () ->
                  batcher.call(
                      "slow",
                      4,
                      1,
                      (inputs, wanted) -> {
                        await(go);
                        return inputs;
                      },
                      batcher.due()));
      while (batcher.waitingRows() > 0 || batches.isEmpty()) {
        Thread.sleep(1);
      }
      CompletableFuture<Integer> next = later(batcher, "a", 1, 1);
      Thread.sleep(2_100);
      long released = System.nanoTime();
      go.countDown();
      assertEquals(2, next.join());
      assertTrue(System.nanoTime() - released < 1_500_000_000L);
      assertEquals(1, before.join());
    }
  }

  @Test
  void aCallLargerThanABatchIsComputedAlone() {
    try (Batcher batcher = batcher(4, 0, 2, 60_000)) {
      assertEquals(6, batcher.call("a", 9, 3, BatcherTest::doubled, batcher.due()));
      assertEquals(List.of(9), batches);
    }
  }

  @Test
  void aCallThatCannotBeJoinedDoesNotWaitForOthers() {
    try (Batcher batcher = batcher(4, 50_000, 100, 10_000)) {
      int doubled = batcher.callAlone(1, 3, BatcherTest::doubled, batcher.due());
      assertEquals(6, doubled);
      assertEquals(List.of(1), batches);
    }
  }

  @Test
  void whatIsBeyondTheQueueIsRefusedAtOnce() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (Batcher batcher = batcher(1, 0, 2, 60_000)) {
      CompletableFuture<Integer> first =
          CompletableFuture.supplyAsync(() -> held(batcher, begun, go));
      begun.await();
      List<CompletableFuture<Integer>> waiting =
          List.of(later(batcher, "a", 1, 1), later(batcher, "a", 1, 2));
      while (batcher.waitingRows() < 2) {
        Thread.sleep(1);
      }
      Refusal refusal =
          assertThrows(
              Refusal.class, () -> batcher.call("a", 1, 3, BatcherTest::doubled, batcher.due()));
      assertEquals(Refusal.Reason.BUSY, refusal.reason());
      go.countDown();
      assertEquals(1, first.join());
      assertEquals(List.of(2, 4), waiting.stream().map(CompletableFuture::join).toList());
    }
  }

  @Test
  void aCallThatIsLateIsNotComputed() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    List<Integer> computed = Collections.synchronizedList(new ArrayList<>());
    try (Batcher batcher = batcher(1, 0, 10, 200)) {
      CompletableFuture<Refusal> first =
          CompletableFuture.supplyAsync(
              () -> assertThrows(Refusal.class, () -> held(batcher, begun, go)));
      begun.await();
      Refusal second =
          assertThrows(
              Refusal.class,
              () ->
                  batcher.call(
                      "a",
                      1,
                      2,
                      (inputs, wanted) -> {
                        computed.addAll(inputs);
                        return inputs;
                      },
                      batcher.due()));
      assertEquals(Refusal.Reason.LATE, second.reason());
      assertEquals(Refusal.Reason.LATE, first.join().reason());
      go.countDown();
    }
    assertTrue(computed.isEmpty());
  }

  @Test
  void partsOfACallHaveOneDeadline() {
    Batcher.Work<Integer, Integer> slow =
        (inputs, wanted) -> {
          sleep(300);
          return inputs;
        };
    try (Batcher batcher = batcher(1, 0, 10, 500)) {
      long due = batcher.due();
      assertEquals(1, batcher.call("a", 1, 1, slow, due));
      Refusal refusal = assertThrows(Refusal.class, () -> batcher.call("a", 1, 2, slow, due));
      assertEquals(Refusal.Reason.LATE, refusal.reason());
    }
  }

  @Test
  @Timeout(20)
  void workThatNobodyWaitsForAnyMoreIsTold() {
    Batcher.Work<Integer, Integer> endless =
        (inputs, wanted) -> {
          while (true) {
            wanted.run();
            sleep(1);
          }
        };
    Batcher batcher = batcher(2, 1_000, 10, 100);
    CompletableFuture<Integer> other =
        CompletableFuture.supplyAsync(
            () -> batcher.call("a", 1, 1, endless, batcher.due()),
            task -> new Thread(task).start());
    assertThrows(Refusal.class, () -> batcher.call("a", 1, 2, endless, batcher.due()));
    assertThrows(CompletionException.class, other::join);
    // Waits for the work.
    batcher.close();
  }

  private static void sleep(long milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void oneBadCallDoesNotSpoilTheOthers() {
    Batcher.Work<Integer, Integer> work =
        (inputs, wanted) -> {
          if (inputs.contains(13)) {
            throw new InvalidInputException("13");
          }
          return doubled(inputs, wanted);
        };
    try (Batcher batcher = batcher(3, 10_000, 100, 60_000)) {
      List<CompletableFuture<Integer>> calls = new ArrayList<>();
      for (int input : new int[] {1, 13, 2}) {
        calls.add(
            CompletableFuture.supplyAsync(
                () -> batcher.call("a", 1, input, work, batcher.due()),
                task -> new Thread(task).start()));
      }
      assertEquals(2, calls.get(0).join());
      assertEquals(4, calls.get(2).join());
      assertTrue(
          calls.get(1).handle((value, e) -> e.getCause()).join() instanceof InvalidInputException);
    }
  }

  @Test
  void closingAnswersWhatWaits() {
    Batcher batcher = batcher(10, 60_000, 100, 60_000);
    CompletableFuture<Integer> call = later(batcher, "a", 1, 5);
    while (batcher.waitingRows() == 0) {
      Thread.onSpinWait();
    }
    batcher.close();
    assertEquals(10, call.join());
    Refusal refusal =
        assertThrows(
            Refusal.class, () -> batcher.call("a", 1, 1, BatcherTest::doubled, batcher.due()));
    assertEquals(Refusal.Reason.UNAVAILABLE, refusal.reason());
  }

  // A call whose work has begun and goes on when it is told to.
  private static int held(Batcher batcher, CountDownLatch begun, CountDownLatch go) {
    return batcher.call(
        "slow",
        1,
        1,
        (inputs, wanted) -> {
          begun.countDown();
          await(go);
          return inputs;
        },
        batcher.due());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
