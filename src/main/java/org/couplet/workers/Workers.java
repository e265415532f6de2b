package org.couplet.workers;

import com.google.protobuf.Message;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.couplet.cluster.Agreement;
import org.couplet.cluster.Cluster;
import org.couplet.cluster.ClusterServer;
import org.couplet.cluster.Exchange;
import org.couplet.cluster.Watch;
import org.couplet.config.Aspect;
import org.couplet.config.proto.DatasetConfig;
import org.couplet.config.proto.Experiment;
import org.couplet.contract.Contract;
import org.couplet.data.DataIdentity;
import org.couplet.data.Dataset;
import org.couplet.io.ErrorSummary;
import org.couplet.io.FailureException;
import org.couplet.io.InvalidInputException;
import org.couplet.loading.SavedModelGraph;
import org.couplet.pairing.PairedBatches;
import org.couplet.program.ScheduledValues;
import org.couplet.program.TrainingProgram;
import org.couplet.train.Lockstep;
import org.tensorflow.exceptions.TensorFlowException;

/**
 * This process's place among the workers of a run.
 *
 * <pre>{@code
 * try (Workers workers = Workers.open(
 *     cluster, false, experiment, 1000, program, 0, err::println, () -> {}, end)) {
 *   Following.run(experiment, workers, 1000, interrupted);
 *   workers.finish();
 * }
 * }</pre>
 */
public final class Workers implements Lockstep, AutoCloseable {
  private static final long MET_EVERY = 100;
  private static final Duration LONGEST_WAIT = Duration.ofDays(365);

  private final ClusterServer server;
  private final Watch watch;
  private final Exchange meetings;
  private final Experiment experiment;
  private final Path program;
  private final int gpu;

  private Workers(ClusterServer server, Watch watch, Experiment experiment, Path program, int gpu) {
    this.server = server;
    this.watch = watch;
    this.meetings = new Exchange(server, Exchange.FIRST_FREE, 3, LONGEST_WAIT);
    this.experiment = experiment;
    this.program = program;
    this.gpu = gpu;
  }

  /**
   * Starts this worker's server, waits for the other workers and compares what must be the same.
   *
   * @param trustNetwork whether the server may be reached from other machines
   * @param experiment resolved
   * @param stopAt the step to stop after
   * @param program that was built for as many workers
   * @param gpu which of this process's GPUs it trains on, if there are any
   * @param says gets a line if other workers are late
   * @param waiting called again and again while it waits for them; what it throws ends that
   * @param end gets a line when a worker is lost, and must end the process: steps can't go on, nor
   *     can they be taken back
   * @throws InvalidInputException if a worker has another experiment, program, version, data file
   *     or list of workers
   */
  public static Workers open(
      Cluster cluster,
      boolean trustNetwork,
      Experiment experiment,
      long stopAt,
      Path program,
      int gpu,
      Consumer<String> says,
      Runnable waiting,
      Consumer<String> end)
      throws IOException, InterruptedException {
    Map<String, String> facts = facts(experiment, stopAt, program);
    int threads = experiment.getRuntime().getThreads();
    ClusterServer server =
        ClusterServer.start(cluster, SavedModelGraph.session(threads), trustNetwork);
    Watch watch = Watch.open(server, says, waiting, end);
    try {
      Agreement.check(server, facts);
    } catch (TensorFlowException e) {
      watch.explain();
      Watch.linger(cluster);
      throw new InvalidInputException(
          "%s: the workers can't compare what they have in common: %s. Start all with the same list of workers"
              .formatted(cluster.name(cluster.task()), ErrorSummary.of(e)),
          e);
    }
    return new Workers(server, watch, experiment, program, gpu);
  }

  /**
   * Validates that a batch falls into the workers' parts.
   *
   * @throws InvalidInputException if it does not
   */
  public static void checkBatch(Experiment experiment, int workers) {
    int rows = experiment.getRun().getBatchSize();
    int parts = experiment.getOptimizer().getAccumulate();
    if (rows % workers != 0) {
      throw new InvalidInputException(
          "run.batch_size: %d rows do not fall into %d equal parts, one for each worker; give a multiple of %d, or another number of workers"
              .formatted(rows, workers, workers));
    }
    if (rows / workers % parts != 0) {
      throw new InvalidInputException(
          "optimizer.accumulate: the %d rows of each of %d workers do not fall into %d equal parts; give a divisor of %d"
              .formatted(rows / workers, workers, parts, rows / workers));
    }
  }

  // By what they are called in messages.
  private static Map<String, String> facts(Experiment experiment, long stopAt, Path program)
      throws IOException {
    Map<String, String> facts = new LinkedHashMap<>();
    addFields(compared(experiment), "", facts);
    facts.put("last step", Long.toString(stopAt));
    facts.put("data file", data(experiment));
    facts.put("program", SavedModelGraph.fingerprint(program, Contract.TRAIN_TAG));
    return facts;
  }

  /** What of an experiment all workers must have in common; paths may differ. */
  static Experiment compared(Experiment experiment) {
    Experiment.Builder compared = Aspect.TRAINING.of(experiment).toBuilder();
    if (compared.getDataset().hasImageFile()) {
      compared.getDatasetBuilder().getImageFileBuilder().clearPath();
    }
    // Read by the first worker alone.
    compared.getRunBuilder().clearStartFrom().clearContinueFrom();
    compared.getEvaluationBuilder().clearFeatures();
    return compared.build();
  }

  // Field by field, so that messages name the one that differs.
  private static void addFields(Message config, String path, Map<String, String> facts) {
    config
        .getAllFields()
        .forEach(
            (field, value) -> {
              String name = path + field.getName();
              if (value instanceof Message part && !part.getAllFields().isEmpty()) {
                addFields(part, name + ".", facts);
              } else {
                facts.put("config (" + name + ")", value.toString().strip());
              }
            });
  }

  private static String data(Experiment experiment) throws IOException {
    DatasetConfig config = experiment.getDataset();
    if (!config.hasImageFile()) {
      return "none";
    }
    try (Dataset dataset = Dataset.open(config)) {
      Path file = Path.of(config.getImageFile().getPath());
      return DataIdentity.of(file, dataset, experiment.getNetwork().getLabelDim() > 0).toString();
    }
  }

  @Override
  public int workers() {
    return server.cluster().size();
  }

  @Override
  public Path program() {
    return program;
  }

  @Override
  public TrainingProgram load() {
    return TrainingProgram.load(
        program(),
        experiment.getRuntime().getThreads(),
        server.cluster().task(),
        gpu,
        server::session);
  }

  @Override
  public void synchronize(TrainingProgram program) {
    together(
        () -> {
          program.synchronize();
          return program;
        });
  }

  @Override
  public PairedBatches.PairedBatch batch(PairedBatches batches, long step) {
    return together(() -> batches.at(step));
  }

  @Override
  public TrainingProgram.SharedStep step(
      TrainingProgram program,
      PairedBatches.PairedBatch batch,
      ScheduledValues numbers,
      BooleanSupplier stopping) {
    boolean stops = stopping.getAsBoolean();
    return together(() -> program.sharedStep(batch.batch(), numbers, stops));
  }

  @Override
  public boolean afterStep(TrainingProgram program, long completed, BooleanSupplier stopping) {
    long fidEvery = experiment.getEvaluation().getFidEvery();
    boolean due = completed % MET_EVERY == 0 || (fidEvery > 0 && completed % fidEvery == 0);
    return due && meet(program, completed, stopping);
  }

  @Override
  public boolean meet(TrainingProgram program, long completed, BooleanSupplier stopping) {
    long checksum = program.checksum();
    int[] own = {(int) (checksum >>> 32), (int) checksum, stopping.getAsBoolean() ? 1 : 0};
    int[][] all = together(() -> meetings.gather(own));
    List<String> others = new ArrayList<>();
    for (int worker = 1; worker < all.length; worker++) {
      if (!Arrays.equals(all[worker], 0, 2, all[0], 0, 2)) {
        others.add(server.cluster().name(worker));
      }
    }
    if (!others.isEmpty()) {
      throw new FailureException(
          "step %d: %s: other weights than %s; go on from the last checkpoint"
              .formatted(completed, String.join(", ", others), server.cluster().name(0)));
    }
    return Arrays.stream(all).anyMatch(each -> each[2] > 0);
  }

  private interface Call<T> {
    T run();
  }

  // A call that needs all workers.
  private <T> T together(Call<T> call) {
    try {
      return call.run();
    } catch (TensorFlowException | InvalidInputException e) {
      explain();
      throw e;
    }
  }

  // A lost worker is why a call failed; the process ends then.
  private void explain() {
    try {
      watch.explain();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until all workers have come this far. The last call before {@link #close}. */
  public void finish() throws InterruptedException {
    try {
      watch.finish();
    } catch (TensorFlowException e) {
      explain();
      throw e;
    }
  }

  @Override
  public void close() {
    meetings.close();
    watch.close();
  }
}
