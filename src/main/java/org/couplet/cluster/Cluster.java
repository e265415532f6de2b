package org.couplet.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.couplet.io.InvalidInputException;

/**
 * The workers that train together, and which of them this process is. Worker 0 is the chief.
 *
 * <pre>{@code
 * Cluster cluster = Cluster.load(Path.of("cluster.textproto"), 1);
 * }</pre>
 *
 * @param workers their addresses, {@code HOST:PORT}, in the same order for all
 * @param task this worker's index among them
 * @param startTimeout how long workers wait for each other at the start
 * @param watchTimeout within which the others end after a worker is lost
 */
public record Cluster(
    List<String> workers, int task, Duration startTimeout, Duration watchTimeout) {

  /** Copies the list. */
  public Cluster {
    workers = List.copyOf(workers);
  }

  /**
   * Reads a file in which {@link org.couplet.cluster.proto.ClusterConfig} is written as textproto.
   *
   * @param task this worker's index in the file
   * @throws InvalidInputException if the file is not that or has no such worker; the message is one
   *     line with the file, the line, the field and the remedy
   * @throws IOException if the file can't be read
   */
  public static Cluster load(Path file, int task) throws IOException {
    return ClusterFile.load(file, task);
  }

  /**
   * Reads {@code TF_CONFIG}, in which job schedulers name the machines to TensorFlow's programs as
   * JSON. A chief comes before the workers.
   *
   * @param environment the process's variables
   * @return empty if the variable is missing or names no cluster
   * @throws InvalidInputException if it is damaged, or if this process is to be something else than
   *     a worker
   */
  public static Optional<Cluster> fromEnvironment(Map<String, String> environment) {
    return Optional.ofNullable(environment.get(TfConfig.VARIABLE)).flatMap(TfConfig::parse);
  }

  /** Number of workers. */
  public int size() {
    return workers.size();
  }

  /** Whether this worker writes the run's files. */
  public boolean isChief() {
    return task == 0;
  }

  /** A worker as messages name it: {@code worker 2 (10.0.0.7:2222)}. */
  public String name(int worker) {
    return "worker %d (%s)".formatted(worker, workers.get(worker));
  }

  /** Several of them, with commas. */
  String names(List<Integer> several) {
    return several.stream().map(this::name).collect(Collectors.joining(", "));
  }

  /** All workers but this one. */
  List<Integer> others() {
    return IntStream.range(0, size()).filter(worker -> worker != task).boxed().toList();
  }

  /** The address of a worker. */
  Address address(int worker) {
    return Address.parse(name(worker), workers.get(worker));
  }

  /** Whether all workers are processes of one machine that reach each other by its loopback. */
  boolean isLocal() {
    return IntStream.range(0, size()).allMatch(worker -> address(worker).isLoopback());
  }

  /**
   * Validates the addresses as a whole: there are some, none is given twice, and loopback addresses
   * stand alone.
   *
   * @param places where each was written, for messages
   */
  static void check(List<String> workers, List<String> places) {
    Set<String> known = new HashSet<>();
    boolean local = Address.parse(places.get(0), workers.get(0)).isLoopback();
    for (int i = 0; i < workers.size(); i++) {
      Address address = Address.parse(places.get(i), workers.get(i));
      if (!known.add(workers.get(i))) {
        throw new InvalidInputException(
            places.get(i)
                + ": "
                + address
                + " is given twice. Each worker needs an address of its own");
      }
      if (address.isLoopback() != local) {
        throw new InvalidInputException(
            ("%s: %s is %s loopback address, %s is %s. Other machines can't reach a loopback"
                    + " address: give each worker's name or address in the network")
                .formatted(
                    places.get(i),
                    address,
                    local ? "no" : "a",
                    workers.get(0),
                    local ? "one" : "not"));
      }
    }
  }
}
