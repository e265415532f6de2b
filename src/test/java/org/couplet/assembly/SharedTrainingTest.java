package org.couplet.assembly;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.couplet.SavedVariables;
import org.couplet.SmallExperiments;
import org.couplet.cluster.Cluster;
import org.couplet.cluster.ClusterServer;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.program.ScheduledValues;
import org.couplet.program.StepMetrics;
import org.couplet.program.TrainingBatch;
import org.couplet.program.TrainingProgram;
import org.couplet.transport.ExactAssignment;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TUint8;

/** Workers that share a batch train as one that has it all. */
@Tag("long")
class SharedTrainingTest {
  private static final int ROWS = 8;
  private static final int STEPS = 5;
  private static final long LONGEST_MINUTES = 3;
  private static final int IMAGE = 8 * 8 * 3;
  private static final String UNET =
      SmallExperiments.UNET
          .replace("model_channels: 16 channel_mult: [1, 2]", "model_channels: 8 channel_mult: 1")
          .replace("batch_size: 4", "batch_size: " + ROWS)
          .replace("lion {}", "adam {}");
  private static final String MU = "generator_induced { mu: 0.5 }";
  private static final int[] NONE = {};
  private final Path folder;

  SharedTrainingTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "independent {} | 2 | optimizer.clip_norm=0.5 runtime.exchange.megabytes=0.01",
        "generator_induced { mu: 0.6 mu_end: 0.4 } | 4 | optimizer.clip_norm=0.5 network.label_dim=3 network.label_dropout=0.4",
        "generator_induced { mu: 0.5 rows: BERNOULLI } | 2 | runtime.remat=true",
        "independent {} | 2 | runtime.xla=STEP optimizer.accumulate=2",
        "batch_ot {} | 2 | optimizer.clip_norm=0.5 network.label_dim=3 network.label_dropout=0.4",
      })
  void workersTrainAsOne(String coupling, int workers, String overrides) throws Exception {
    Experiment experiment =
        ExperimentFile.parse(
            "experiment", UNET.replace(MU, coupling), List.of(overrides.split(" ")));
    Outcome one = alone(experiment);
    List<Outcome> several = together(experiment, workers);
    for (Outcome worker : several) {
      assertEquals(several.get(0).checksum(), worker.checksum());
      for (int step = 0; step < STEPS; step++) {
        double loss = one.metrics().get(step).loss();
        assertEquals(loss, worker.metrics().get(step).loss(), 1e-4 * loss, "step " + step);
      }
    }
    for (String prefix : new String[] {"enc/", "dec/", "ema/", "adam/m/", "adam/v/"}) {
      double difference =
          SavedVariables.relativeDifference(
              one.variables(),
              several.get(0).variables(),
              one.variables().keySet().stream().filter(name -> name.startsWith(prefix)).toList());
      assertTrue(difference < 1e-6, prefix + " differs by " + difference);
    }
  }

  @Test
  void theLossIsExactWhateverGradientsTravelIn() throws Exception {
    Experiment experiment =
        ExperimentFile.parse(
            "experiment",
            UNET.replace(MU, "independent {}"),
            List.of("runtime.exchange.precision=BFLOAT16"));
    double loss = alone(experiment).metrics().get(0).loss();
    assertEquals(loss, together(experiment, 2).get(0).metrics().get(0).loss(), 1e-5 * loss);
  }

  /** What the steps gave, and the variables after them. */
  private record Outcome(
      List<StepMetrics> metrics, long checksum, Map<String, double[]> variables) {}

  private Outcome alone(Experiment experiment) throws IOException {
    Path model = folder.resolve("alone");
    TrainingAssembly.write(experiment, model);
    try (TrainingProgram program = TrainingProgram.load(model, 0)) {
      program.initialize(3);
      return train(program, model, "alone");
    }
  }

  private List<Outcome> together(Experiment experiment, int workers) throws Exception {
    Path model = folder.resolve("shared");
    TrainingAssembly.write(experiment, workers, model);
    List<Callable<Outcome>> tasks = new ArrayList<>();
    for (ClusterServer server : servers(workers)) {
      int task = server.cluster().task();
      tasks.add(
          () -> {
            try (TrainingProgram program =
                TrainingProgram.load(model, 0, task, 0, server::session)) {
              // Only the first worker's values count.
              program.initialize(3 + task);
              program.synchronize();
              return train(program, model, "worker" + task);
            }
          });
    }
    ExecutorService threads = Executors.newFixedThreadPool(workers);
    try {
      CompletionService<Outcome> ended = new ExecutorCompletionService<>(threads);
      List<Future<Outcome>> futures = tasks.stream().map(ended::submit).toList();
      for (int i = 0; i < workers; i++) {
        // In the order of their ends: others would wait for one that fails.
        Future<Outcome> next = ended.poll(LONGEST_MINUTES, TimeUnit.MINUTES);
        assertNotNull(next, "the workers wait for each other");
        next.get();
      }
      List<Outcome> outcomes = new ArrayList<>();
      for (Future<Outcome> future : futures) {
        outcomes.add(future.get());
      }
      return outcomes;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    } finally {
      threads.shutdown();
    }
  }

  private Outcome train(TrainingProgram program, Path model, String name) {
    int rows = (int) program.batchShape().get(0);
    int first = (int) program.firstRow();
    double[] sigmas = new double[program.sigmasLength()];
    Arrays.setAll(sigmas, i -> 0.002 * Math.pow(40000, i / (sigmas.length - 1.0)));
    List<StepMetrics> metrics = new ArrayList<>();
    for (int step = 0; step < STEPS; step++) {
      byte[] pixels = Arrays.copyOfRange(pixels(step), first * IMAGE, (first + rows) * IMAGE);
      try (TUint8 batch =
          TUint8.tensorOf(Shape.of(rows, 8, 8, 3), DataBuffers.of(pixels, true, false))) {
        int[] assignment = NONE;
        if (program.takesNoiseAssignment()) {
          int[] whole = ExactAssignment.solve(program.pairCosts(batch, 3, step), ROWS);
          assignment = Arrays.copyOfRange(whole, first, first + rows);
        }
        int[] labels =
            program.takesLabels() ? Arrays.copyOfRange(labels(step), first, first + rows) : NONE;
        TrainingBatch told = new TrainingBatch(batch, labels, assignment);
        ScheduledValues numbers = new ScheduledValues(3, sigmas, sigmas.length, 0.45, 1, 1e-3, 0.5);
        metrics.add(
            program.isShared()
                ? program.sharedStep(told, numbers, false).metrics()
                : program.step(told, numbers));
      }
    }
    assertEquals(STEPS, program.completedSteps());
    Path prefix = folder.resolve(name + ".checkpoint");
    program.save(prefix);
    return new Outcome(
        metrics, program.isShared() ? program.checksum() : 0, SavedVariables.read(model, prefix));
  }

  private static byte[] pixels(int step) {
    byte[] pixels = new byte[ROWS * IMAGE];
    IntStream.range(0, pixels.length).forEach(i -> pixels[i] = (byte) ((i + step) * i % 251));
    return pixels;
  }

  private static int[] labels(int step) {
    return IntStream.range(0, ROWS).map(row -> (row * row + step) % 3).toArray();
  }

  // New ones each time, as they remember the shapes that they exchanged.
  private static List<ClusterServer> servers(int count) {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0));
      }
      List<String> addresses =
          sockets.stream().map(socket -> "127.0.0.1:" + socket.getLocalPort()).toList();
      for (ServerSocket socket : sockets) {
        socket.close();
      }
      return IntStream.range(0, count)
          .mapToObj(
              task -> new Cluster(addresses, task, Duration.ofSeconds(60), Duration.ofSeconds(60)))
          .map(cluster -> ClusterServer.start(cluster, ConfigProto.getDefaultInstance(), false))
          .toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
