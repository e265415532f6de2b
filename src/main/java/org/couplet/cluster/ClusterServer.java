package org.couplet.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import org.couplet.io.ErrorSummary;
import org.couplet.io.InvalidInputException;
import org.tensorflow.DeviceSpec;
import org.tensorflow.Graph;
import org.tensorflow.Server;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.proto.ClusterDef;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.JobDef;
import org.tensorflow.proto.ServerDef;

/**
 * This worker's TensorFlow server, and sessions on it. The server runs whatever anyone sends who
 * reaches its port. It serves until the process ends: TensorFlow can't stop one.
 *
 * <pre>{@code
 * ClusterServer server = ClusterServer.start(cluster, ConfigProto.getDefaultInstance(), false);
 * try (Graph graph = ...;
 *     Session session = server.session(graph, ConfigProto.getDefaultInstance())) {
 *   ...
 * }
 * }</pre>
 */
public final class ClusterServer {
  private static final String JOB = "worker";
  private static final String LEADER = "/job:worker/replica:0/task:0";
  // Messages of collectives wait for the threads that compute a step, so there are a few more.
  private static final int SPARE_THREADS = 2;
  private static final int LONGEST_WAY_MILLIS = 2000;
  private static final int MOST_CONNECTIONS = 100;

  private final Cluster cluster;

  // TensorFlow keeps no reference to what it runs.
  @SuppressWarnings("unused")
  private final Server server;

  private ClusterServer(Cluster cluster, Server server) {
    this.cluster = cluster;
    this.server = server;
  }

  /**
   * Validates that this worker's server may be started, and here.
   *
   * @param trustNetwork whether the server may be reached from other machines
   * @throws InvalidInputException if the addresses are not loopback ones and the network is not
   *     trusted, if this worker's port is in use, or if its address does not lead here
   */
  public static void check(Cluster cluster, boolean trustNetwork) {
    String name = cluster.name(cluster.task());
    if (!cluster.isLocal() && !trustNetwork) {
      throw new InvalidInputException(
          name
              + ": its server would run what anyone sends who reaches it. If only the workers can,"
              + " add --trust-network; docs/scale.md says how to fence it");
    }
    Address own = cluster.address(cluster.task());
    checkThatItIsHereAndFree(name, own);
  }

  /**
   * Starts the server.
   *
   * @param settings of its devices and threads, which all sessions share: threads of operations,
   *     memory of GPUs
   * @param trustNetwork whether the server may be reached from other machines
   * @throws InvalidInputException as {@link #check} does, or if the server can't be started
   */
  public static ClusterServer start(Cluster cluster, ConfigProto settings, boolean trustNetwork) {
    check(cluster, trustNetwork);
    String name = cluster.name(cluster.task());
    Server server;
    try {
      server = new Server(definition(cluster, settings));
    } catch (TensorFlowException e) {
      throw new InvalidInputException(
          "%s: its server can't be started: %s".formatted(name, ErrorSummary.of(e)), e);
    }
    if (cluster.isLocal()) {
      confine(name, cluster.address(cluster.task()).port(), trustNetwork);
    }
    server.start();
    return new ClusterServer(cluster, server);
  }

  private static ServerDef definition(Cluster cluster, ConfigProto settings) {
    JobDef.Builder job = JobDef.newBuilder().setName(JOB);
    for (int worker = 0; worker < cluster.size(); worker++) {
      job.putTasks(worker, cluster.workers().get(worker));
    }
    int threads = settings.getInterOpParallelismThreads();
    int all = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    return ServerDef.newBuilder()
        .setCluster(ClusterDef.newBuilder().addJob(job))
        .setJobName(JOB)
        .setTaskIndex(cluster.task())
        .setProtocol("grpc")
        .setDefaultSessionConfig(
            complete(settings, cluster.task()).toBuilder()
                .setInterOpParallelismThreads(all + SPARE_THREADS))
        .build();
  }

  /** Settings of a session on one worker's devices. */
  static ConfigProto complete(ConfigProto settings, int task) {
    ConfigProto.Builder complete = settings.toBuilder();
    complete.getExperimentalBuilder().setCollectiveGroupLeader(LEADER);
    complete.addDeviceFilters("/job:" + JOB + "/task:" + task);
    return complete.build();
  }

  // TensorFlow would only say that it could not start.
  private static void checkThatItIsHereAndFree(String name, Address own) {
    try (ServerSocket socket = new ServerSocket(own.port())) {
      if (!leadsTo(socket, own.host())) {
        throw new InvalidInputException(
            "%s: %s is not an address of this machine. Give the task of the worker that is"
                    .formatted(name, own.host())
                + ", or correct its address");
      }
    } catch (IOException e) {
      throw new InvalidInputException(
          "%s: port %d can't be used here (%s). End what uses it or choose another port"
              .formatted(name, own.port(), ErrorSummary.of(e)),
          e);
    }
  }

  // An address may lead here that no interface has: 127.0.1.1, which Debian gives the machine's
  // name, or one that a router or Docker translates.
  private static boolean leadsTo(ServerSocket socket, String host) {
    try {
      for (InetAddress address : InetAddress.getAllByName(host)) {
        if (NetworkInterface.getByInetAddress(address) != null || leadsTo(socket, address)) {
          return true;
        }
      }
      return false;
    } catch (UnknownHostException | SocketException e) {
      // The scheduler may make the name known later.
      return true;
    }
  }

  // Sends a word there and looks whether it comes; other workers may connect meanwhile.
  private static boolean leadsTo(ServerSocket socket, InetAddress address) {
    byte[] word = new byte[8];
    ThreadLocalRandom.current().nextBytes(word);
    try (Socket sender = new Socket()) {
      sender.connect(new InetSocketAddress(address, socket.getLocalPort()), LONGEST_WAY_MILLIS);
      sender.getOutputStream().write(word);
      socket.setSoTimeout(LONGEST_WAY_MILLIS);
      for (int i = 0; i < MOST_CONNECTIONS; i++) {
        try (Socket receiver = socket.accept()) {
          receiver.setSoTimeout(LONGEST_WAY_MILLIS);
          if (Arrays.equals(receiver.getInputStream().readNBytes(word.length), word)) {
            return true;
          }
        }
      }
      return false;
    } catch (IOException e) {
      return false;
    }
  }

  private static void confine(String name, int port, boolean trustNetwork) {
    try {
      LoopbackSocket.confine(port);
    } catch (IOException e) {
      if (!trustNetwork) {
        throw new InvalidInputException(
            "%s: its server listens on all networks and can't be kept to loopback: %s. "
                    .formatted(name, e.getMessage())
                + "If only the workers can reach it, add --trust-network; docs/scale.md says how"
                + " to fence it",
            e);
      }
    }
  }

  /** The workers, and which of them this is. */
  public Cluster cluster() {
    return cluster;
  }

  /** This worker's CPU or GPU by its full name, for operations that belong to a worker. */
  public DeviceSpec device(DeviceSpec.DeviceType type) {
    return DeviceSpec.newBuilder()
        .job(JOB)
        .replica(0)
        .task(cluster.task())
        .deviceType(type)
        .deviceIndex(0)
        .build();
  }

  /**
   * Opens a session that runs on this worker's devices only. Collectives that name a group meet
   * those of the other workers. Its variables are its own.
   *
   * @param settings threads and memory are the server's, whatever they say
   */
  public Session session(Graph graph, ConfigProto settings) {
    return TargetSession.open(
        graph,
        target(cluster.task()),
        complete(settings, cluster.task()).toBuilder().setIsolateSessionState(true).build());
  }

  /** A worker's server as sessions name it. */
  String target(int worker) {
    return "grpc://" + cluster.workers().get(worker);
  }
}
