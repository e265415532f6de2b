package org.couplet.workers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.couplet.cluster.Cluster;
import org.couplet.config.proto.Experiment;
import org.couplet.io.ErrorSummary;
import org.couplet.train.Following;

/** Workers of one process, each on a thread of its own: for several GPUs of a machine. */
public final class Replicas {
  private static final Duration LONGEST_START = Duration.ofMinutes(10);
  private static final Duration LONGEST_SILENCE = Duration.ofMinutes(10);

  private Replicas() {}

  /** As many workers on free ports of the loopback, each as it sees itself among them. */
  public static List<Cluster> clusters(int count) {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      List<String> addresses =
          sockets.stream().map(socket -> "127.0.0.1:" + socket.getLocalPort()).toList();
      for (ServerSocket socket : sockets) {
        socket.close();
      }
      return IntStream.range(0, count)
          .mapToObj(task -> new Cluster(addresses, task, LONGEST_START, LONGEST_SILENCE))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Starts the workers that follow the first. Arguments as of {@link Workers#open}.
   *
   * @param clusters all of them
   */
  public static void start(
      List<Cluster> clusters,
      boolean trustNetwork,
      Experiment experiment,
      long stopAt,
      Path program,
      Consumer<String> end) {
    for (Cluster cluster : clusters.subList(1, clusters.size())) {
      Thread thread =
          new Thread(
              () -> follow(cluster, trustNetwork, experiment, stopAt, program, end),
              "replica " + cluster.task());
      thread.setDaemon(true);
      thread.start();
    }
  }

  private static void follow(
      Cluster cluster,
      boolean trustNetwork,
      Experiment experiment,
      long stopAt,
      Path program,
      Consumer<String> end) {
    try (Workers workers =
        Workers.open(
            cluster,
            trustNetwork,
            experiment,
            stopAt,
            program,
            cluster.task(),
            line -> {},
            () -> {},
            end)) {
      Following.run(experiment, workers, stopAt, () -> false);
      workers.finish();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException e) {
      end.accept("replica " + cluster.task() + ": " + ErrorSummary.of(e));
    }
  }
}
