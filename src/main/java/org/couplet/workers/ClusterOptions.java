package org.couplet.workers;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.couplet.cluster.Cluster;
import org.couplet.command.CommandLine;
import org.couplet.io.InvalidInputException;

/** The options by which a command learns of the workers it is to run with. */
public final class ClusterOptions {
  private static final long MOST_REPLICAS = 64;

  private ClusterOptions() {}

  /** Adds them. */
  public static CommandLine declare(CommandLine options) {
    return options
        .optional(
            "cluster",
            "F",
            "train with other workers: a cluster.textproto with their addresses; instead of it, the"
                + " variable TF_CONFIG")
        .optional("task", "I", "with --cluster: which of its workers this is, from 0")
        .optional("replicas", "N", "train with N workers in this process, one for each of its GPUs")
        .flag(
            "trust-network",
            "let workers of other machines connect; anyone who reaches the port can run code");
  }

  /**
   * The workers of this process: one of a cluster, or all that {@code --replicas} asks for; none to
   * train alone.
   *
   * @param environment the process's variables
   */
  public static List<Cluster> read(CommandLine options, Map<String, String> environment)
      throws IOException {
    Optional<Long> task = options.number("task", 0);
    Optional<Long> replicas = options.number("replicas", 1);
    if (replicas.isPresent()) {
      if (options.has("cluster") || task.isPresent()) {
        throw new InvalidInputException(
            "--replicas: is for one process; give --cluster and --task without it, and list a"
                + " worker for each GPU");
      }
      if (replicas.get() > MOST_REPLICAS) {
        throw new InvalidInputException(
            "--replicas: %d are too many for one process; give at most %d"
                .formatted(replicas.get(), MOST_REPLICAS));
      }
      return several(Replicas.clusters(Math.toIntExact(replicas.get())));
    }
    if (!options.has("cluster")) {
      if (task.isPresent()) {
        throw new InvalidInputException("--task: is for --cluster; give both, or neither");
      }
      return several(Cluster.fromEnvironment(environment).stream().toList());
    }
    if (task.isEmpty()) {
      throw new InvalidInputException(
          "--cluster: which of its workers this is must be said, from 0: --task I");
    }
    return several(
        List.of(
            Cluster.load(options.path("cluster"), (int) Math.min(task.get(), Integer.MAX_VALUE))));
  }

  private static List<Cluster> several(List<Cluster> clusters) {
    return clusters.stream().filter(cluster -> cluster.size() > 1).toList();
  }
}
