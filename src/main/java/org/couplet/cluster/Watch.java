package org.couplet.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.couplet.io.FailureException;

/**
 * Finds workers that are lost: killed, stopped, or cut off. Each worker asks each other one every
 * few seconds through TensorFlow itself. One that computes answers; one that has not answered for
 * the watch's timeout, less the time that {@link #linger} takes, is lost. So the others have ended
 * by the timeout.
 *
 * <pre>{@code
 * try (Watch watch = Watch.open(server, err::println, () -> {}, line -> {
 *       err.println(line);
 *       Watch.linger(cluster);
 *       Runtime.getRuntime().halt(1);
 *     })) {
 *   ...
 *   watch.finish();
 * }
 * }</pre>
 */
public final class Watch implements AutoCloseable {
  // A worker is asked so often within the timeout, and one question may last a part of it.
  private static final int QUESTIONS = 12;
  private static final int PATIENCE = 4;
  private static final int LINGERING = 3;
  private static final Duration LONGEST_INTERVAL = Duration.ofSeconds(5);
  private static final Duration FIRST_LOOK = Duration.ofSeconds(1);
  private static final Duration LAST_WAIT = Duration.ofSeconds(2);
  private static final long TICK_MILLIS = 50;

  private final Cluster cluster;
  private final ClusterServer server;
  private final List<Peer> peers;
  private final Consumer<String> lost;
  private final Thread clock;
  private final AtomicBoolean told = new AtomicBoolean();
  private volatile boolean closed;

  private Watch(ClusterServer server, Consumer<String> lost) {
    this.cluster = server.cluster();
    this.server = server;
    this.lost = lost;
    Duration interval = interval(cluster);
    Duration patience = cluster.watchTimeout().dividedBy(PATIENCE);
    this.peers =
        cluster.others().stream()
            .map(worker -> new Peer(server, worker, interval, patience))
            .toList();
    this.clock = new Thread(this::look, "watch");
    clock.setDaemon(true);
  }

  private static Duration interval(Cluster cluster) {
    Duration share = cluster.watchTimeout().dividedBy(QUESTIONS);
    return share.compareTo(LONGEST_INTERVAL) < 0 ? share : LONGEST_INTERVAL;
  }

  private static Duration lingering(Cluster cluster) {
    return interval(cluster).multipliedBy(LINGERING);
  }

  /**
   * Waits for the other workers, then watches them until closed.
   *
   * @param says takes one line if some are late
   * @param waiting called again and again while it waits; what it throws ends that
   * @param lost takes one line that names a worker that is lost, once, on a thread of the watch.
   *     The steps of the others then wait for it, in native code that can't be interrupted: end the
   *     process with {@link Runtime#halt} after {@link #linger}
   * @throws FailureException if one has not come within the cluster's start timeout
   * @throws InterruptedException if interrupted while it waits
   */
  public static Watch open(
      ClusterServer server, Consumer<String> says, Runnable waiting, Consumer<String> lost)
      throws InterruptedException {
    Watch watch = new Watch(server, lost);
    watch.peers.forEach(Peer::start);
    try {
      watch.awaitAll(says, waiting);
    } catch (InterruptedException | RuntimeException e) {
      watch.close();
      throw e;
    }
    watch.clock.start();
    return watch;
  }

  private void awaitAll(Consumer<String> says, Runnable waiting) throws InterruptedException {
    long begun = System.nanoTime();
    boolean said = false;
    for (List<Integer> late = late(); !late.isEmpty(); late = late()) {
      long waited = System.nanoTime() - begun;
      if (!said && waited > FIRST_LOOK.toNanos()) {
        says.accept(
            "waiting for %d of %d workers: %s"
                .formatted(late.size(), cluster.size(), cluster.names(late)));
        said = true;
      }
      if (waited > cluster.startTimeout().toNanos()) {
        throw new FailureException(
            "%s: did not answer within %d s. "
                    .formatted(cluster.names(late), cluster.startTimeout().toSeconds())
                + "Start all workers, and see that they reach each other's ports");
      }
      waiting.run();
      Thread.sleep(TICK_MILLIS);
    }
  }

  private List<Integer> late() {
    return peers.stream().filter(peer -> !peer.isConnected()).map(Peer::worker).toList();
  }

  // Beside the threads that ask: a question may last longer than it should.
  private void look() {
    long before = System.nanoTime();
    while (!closed) {
      try {
        Thread.sleep(TICK_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
      long now = System.nanoTime();
      // A process that was stopped itself has heard no answers.
      if (now - before > cluster.watchTimeout().toNanos() / PATIENCE) {
        long gap = now - before;
        peers.forEach(peer -> peer.excuse(gap));
      }
      before = now;
      List<Peer> silent = silentFor(cluster.watchTimeout().minus(lingering(cluster)));
      if (!silent.isEmpty() && !closed) {
        if (!told.getAndSet(true)) {
          lost.accept(describe(silent));
        }
        return;
      }
    }
  }

  private List<Peer> silentFor(Duration time) {
    long now = System.nanoTime();
    return peers.stream().filter(peer -> now - peer.answered() > time.toNanos()).toList();
  }

  private String describe(List<Peer> silent) {
    long now = System.nanoTime();
    Comparator<Peer> silence = Comparator.comparingLong(peer -> now - peer.answered());
    Peer longest = Collections.max(silent, silence);
    // A worker of which all fell silent together is itself cut off. Those that ended because of
    // another one fell silent later, after they lingered.
    long together = longest.answered() + 2 * interval(cluster).toNanos();
    if (peers.size() > 1 && peers.stream().allMatch(peer -> peer.answered() - together < 0)) {
      return "none of the other %d workers answers: the network to %s is cut, or all have ended"
          .formatted(peers.size(), cluster.name(cluster.task()));
    }
    return "%s has not answered for %.0f s: it has ended, was stopped, or the network to it is cut"
        .formatted(cluster.name(longest.worker()), Math.ceil((now - longest.answered()) / 1e9));
  }

  /**
   * Finds the worker because of which a step has failed, and hands it over as any lost one: asks
   * all again and waits for their answers, for a quarter of the timeout at most.
   *
   * @return whether one is lost; then {@code lost} has been called, here or by the watch
   * @throws InterruptedException if interrupted while it waits
   */
  public boolean explain() throws InterruptedException {
    if (told.getAndSet(true)) {
      clock.join();
      return true;
    }
    long begun = System.nanoTime();
    peers.forEach(Peer::hurry);
    long end = begun + cluster.watchTimeout().toNanos() / PATIENCE + LAST_WAIT.toNanos();
    List<Peer> open = new ArrayList<>(peers);
    while (!open.isEmpty() && System.nanoTime() - end < 0) {
      Thread.sleep(TICK_MILLIS);
      open.removeIf(peer -> peer.answeredSince(begun) != null);
    }
    List<Peer> silent =
        peers.stream().filter(peer -> !Boolean.TRUE.equals(peer.answeredSince(begun))).toList();
    if (!silent.isEmpty()) {
      lost.accept(describe(silent));
    }
    return !silent.isEmpty();
  }

  /**
   * Goes on answering for up to 15 seconds, so that the other workers find the same culprit rather
   * than this one. Before a process ends because of another worker.
   */
  public static void linger(Cluster cluster) {
    try {
      Thread.sleep(lingering(cluster).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Waits until all workers have come this far, however long that takes, and ends the watch: none
   * takes another one that has finished for a lost one. The last call on the cluster.
   *
   * @throws org.tensorflow.exceptions.TensorFlowException if a worker is lost meanwhile
   * @throws InterruptedException if interrupted while it stays for the others
   */
  public void finish() throws InterruptedException {
    try (Exchange end = new Exchange(server, Exchange.END, 0, Duration.ofDays(365))) {
      end.gather(new int[0]);
      closed = true;
      // The others may not have got this worker's part yet, which they fetch.
      Thread.sleep(cluster.size() == 1 ? 0 : FIRST_LOOK.toMillis());
    }
  }

  /** Ends the watch without waiting for the others. */
  @Override
  public void close() {
    closed = true;
    clock.interrupt();
    long end = System.nanoTime() + LAST_WAIT.toNanos();
    try {
      for (Peer peer : peers) {
        long left = Math.max(1_000_000, end - System.nanoTime());
        peer.stop(Duration.ofNanos(left));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
