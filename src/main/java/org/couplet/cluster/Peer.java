package org.couplet.cluster;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.tensorflow.DeviceSpec;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.types.TInt32;

/**
 * Asks one other worker again and again, on a thread of its own, to compute a constant. The call
 * that opens its session waits for the worker for as long as that takes.
 */
final class Peer {
  private static final System.Logger LOG = System.getLogger(Peer.class.getName());

  private final ClusterServer server;
  private final int worker;
  private final Duration interval;
  private final RunOptions options;
  private final Thread thread;
  private final Object lock = new Object();

  // Under the lock.
  private boolean connected;
  private boolean stopped;
  private boolean wanted;
  private long answered;
  private @Nullable Long failed;

  /**
   * Connects to nobody yet.
   *
   * @param interval between two questions
   * @param patience for one answer
   */
  Peer(ClusterServer server, int worker, Duration interval, Duration patience) {
    this.server = server;
    this.worker = worker;
    this.interval = interval;
    this.options = RunOptions.newBuilder().setTimeoutInMs(patience.toMillis()).build();
    this.thread = new Thread(this::ask, "watch of worker " + worker);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  int worker() {
    return worker;
  }

  /** Whether the worker has ever answered. */
  boolean isConnected() {
    synchronized (lock) {
      return connected;
    }
  }

  /**
   * When the last question was put that was answered, in nanoseconds of {@link System#nanoTime}.
   */
  long answered() {
    synchronized (lock) {
      return answered;
    }
  }

  /** Takes so many nanoseconds in which this process stood still off the worker's silence. */
  void excuse(long nanoseconds) {
    synchronized (lock) {
      answered += nanoseconds;
    }
  }

  /** Puts the next question at once. */
  void hurry() {
    synchronized (lock) {
      wanted = true;
      lock.notifyAll();
    }
  }

  /** Whether a question put after this time was answered; null if none has ended yet. */
  @Nullable Boolean answeredSince(long time) {
    synchronized (lock) {
      if (answered - time > 0) {
        return true;
      }
      return (failed != null && failed - time > 0) ? false : null;
    }
  }

  /** Stops asking; waits for the thread, but at most so long. */
  void stop(Duration longest) throws InterruptedException {
    synchronized (lock) {
      stopped = true;
      lock.notifyAll();
    }
    thread.join(longest.toMillis());
  }

  private void ask() {
    int own = server.cluster().task();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TInt32> question =
          tf.withDevice(ClusterServer.device(worker, DeviceSpec.DeviceType.CPU)).constant(worker);
      try (Session session = server.session(graph, ConfigProto.getDefaultInstance(), own, worker)) {
        do {
          ask(session, question);
        } while (pause());
      }
    } catch (RuntimeException | InterruptedException e) {
      // Of a worker that is gone, a session may not close.
      LOG.log(System.Logger.Level.DEBUG, "the watch of worker " + worker + " ends", e);
    }
  }

  private void ask(Session session, Operand<TInt32> question) {
    long begun = System.nanoTime();
    try {
      session.runner().setOptions(options).fetch(question).run().close();
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.DEBUG, "no answer of worker " + worker, e);
      synchronized (lock) {
        failed = begun;
      }
      return;
    }
    synchronized (lock) {
      connected = true;
      answered = begun;
    }
  }

  // Returns whether to go on.
  private boolean pause() throws InterruptedException {
    synchronized (lock) {
      long end = System.nanoTime() + interval.toNanos();
      for (long left = interval.toMillis();
          left > 0 && !stopped && !wanted;
          left = (end - System.nanoTime()) / 1_000_000) {
        lock.wait(left);
      }
      wanted = false;
      return !stopped;
    }
  }
}
