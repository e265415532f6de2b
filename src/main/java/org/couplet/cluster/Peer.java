package org.couplet.cluster;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.internal.c_api.TF_Graph;
import org.tensorflow.internal.c_api.TF_Session;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.global.tensorflow;
import org.tensorflow.proto.ConfigProto;

/**
 * Asks one other worker again and again, on a thread of its own, for the list of its devices.
 * Anything that a worker computes might wait for the threads that compute its step.
 */
final class Peer {
  private static final System.Logger LOG = System.getLogger(Peer.class.getName());

  private final int worker;
  private final Duration interval;
  private final String target;
  private final ConfigProto settings;
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
    this.worker = worker;
    this.interval = interval;
    this.target = server.target(worker);
    this.settings =
        ClusterServer.complete(ConfigProto.getDefaultInstance(), worker).toBuilder()
            .setOperationTimeoutInMs(patience.toMillis())
            .build();
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

  // A session that can't be opened is tried again: the worker may come later.
  private void ask() {
    try {
      do {
        try (TF_Graph graph = TF_Graph.newGraph();
            TF_Session session = TargetSession.open(graph, target, settings)) {
          do {
            ask(session);
          } while (pause());
        } catch (TensorFlowException e) {
          LOG.log(System.Logger.Level.DEBUG, "no session with worker " + worker, e);
        }
      } while (pause());
    } catch (InterruptedException e) {
      LOG.log(System.Logger.Level.DEBUG, "the watch of worker " + worker + " ends", e);
    }
  }

  // Its master knows the devices, and answers on threads that no step uses.
  private void ask(TF_Session session) {
    long begun = System.nanoTime();
    boolean well;
    try (TF_Status status = TF_Status.newStatus()) {
      tensorflow.TF_DeleteDeviceList(tensorflow.TF_SessionListDevices(session, status));
      well = tensorflow.TF_GetCode(status) == tensorflow.TF_OK;
    }
    synchronized (lock) {
      if (well) {
        connected = true;
        answered = begun;
      } else {
        failed = begun;
      }
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
