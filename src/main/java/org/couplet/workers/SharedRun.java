package org.couplet.workers;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.couplet.cluster.Cluster;
import org.couplet.cluster.ClusterServer;
import org.couplet.cluster.Watch;
import org.couplet.command.ExitCode;
import org.couplet.command.Interrupt;
import org.couplet.config.proto.Experiment;
import org.couplet.io.AtomicFile;
import org.couplet.io.ErrorStream;

/** What a process of several workers' training holds: its program, and its place among them. */
public final class SharedRun implements AutoCloseable {
  /** Writes the training program of an experiment for some workers into a new folder. */
  @FunctionalInterface
  public interface Builder {
    void write(Experiment experiment, int workers, Path folder) throws IOException;
  }

  private final Path folder;
  private final Workers workers;

  private SharedRun(Path folder, Workers workers) {
    this.folder = folder;
    this.workers = workers;
  }

  /**
   * Builds the program and opens this process's first worker; further ones of this process follow
   * it on threads of their own. A worker that is lost later ends the process.
   *
   * @param clusters this process's workers, each as it sees itself
   * @param interrupt ends the wait for other workers
   * @param err gets what happens, line by line
   */
  public static SharedRun open(
      List<Cluster> clusters,
      boolean trustNetwork,
      Experiment experiment,
      long stopAt,
      Builder builder,
      Interrupt interrupt,
      PrintStream err)
      throws IOException, InterruptedException {
    Cluster first = clusters.get(0);
    ClusterServer.check(first, trustNetwork);
    err.println(
        "training with %d workers%s: building the program of each"
            .formatted(first.size(), clusters.size() > 1 ? " in this process" : ""));
    Path folder = Files.createTempDirectory("couplet-worker");
    try {
      Path program = folder.resolve("program");
      builder.write(experiment, first.size(), program);
      Consumer<String> end = line -> end(line, first, folder, err);
      Replicas.start(clusters, trustNetwork, experiment, stopAt, program, end);
      return new SharedRun(
          folder,
          Workers.open(
              first,
              trustNetwork,
              experiment,
              stopAt,
              program,
              0,
              err::println,
              interrupt::check,
              end));
    } catch (IOException | InterruptedException | RuntimeException e) {
      AtomicFile.delete(folder);
      throw e;
    }
  }

  // Steps that wait for a lost worker can't be called off.
  private static void end(String line, Cluster cluster, Path folder, PrintStream err) {
    // The first worker's progress bar has no end of line yet.
    String above = cluster.isChief() && ErrorStream.isTerminal() ? System.lineSeparator() : "";
    err.println(above + "couplet train: " + line);
    err.println("go on from the last checkpoint: the same command on all workers, with --resume");
    try {
      AtomicFile.delete(folder);
    } catch (IOException e) {
      err.println("note: " + e.getMessage());
    }
    Watch.linger(cluster);
    Runtime.getRuntime().halt(ExitCode.FAILED);
  }

  /** This process's first worker. */
  public Workers workers() {
    return workers;
  }

  @Override
  public void close() throws IOException {
    workers.close();
    AtomicFile.delete(folder);
  }
}
