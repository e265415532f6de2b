package org.couplet.workers;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.couplet.cluster.Cluster;
import org.couplet.command.CommandLine;
import org.couplet.io.InvalidInputException;

/** The options by which a command learns of the workers it is to run with. */
public final class ClusterOptions {
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
        .flag(
            "trust-network",
            "let workers of other machines connect; anyone who reaches the port can run code");
  }

  /**
   * The workers that the options name, or the environment; empty to run alone.
   *
   * @param environment the process's variables
   */
  public static Optional<Cluster> read(CommandLine options, Map<String, String> environment)
      throws IOException {
    Optional<Long> task = options.number("task", 0);
    if (!options.has("cluster")) {
      if (task.isPresent()) {
        throw new InvalidInputException("--task: is for --cluster; give both, or neither");
      }
      return Cluster.fromEnvironment(environment).filter(cluster -> cluster.size() > 1);
    }
    if (task.isEmpty()) {
      throw new InvalidInputException(
          "--cluster: which of its workers this is must be said, from 0: --task I");
    }
    return Optional.of(Cluster.load(options.path("cluster"), Math.toIntExact(task.get())))
        .filter(cluster -> cluster.size() > 1);
  }
}
