package org.couplet;

import static org.couplet.Refusal.assertArgumentRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.couplet.TrainingRun.Progress;
import org.couplet.report.MetricsLog;
import org.couplet.run.Checkpoints;
import org.couplet.run.RunFolder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API trains as {@code couplet train} does. */
@Tag("long")
class TrainingRunTest {
  private static final int STEPS = 20;

  @TempDir private Path folder = Path.of("");
  private String config = "";
  private Path run = folder;

  @BeforeEach
  void write() throws IOException {
    config = SmallExperiments.write(folder, SmallExperiments.GAUSSIANS).toString();
    run = folder.resolve("run");
  }

  private static void assertSameWeights(Path one, Path other, long step) {
    Map<String, double[]> expected = weights(one, step);
    Map<String, double[]> found = weights(other, step);
    assertEquals(expected.keySet(), found.keySet());
    expected.forEach((name, values) -> assertArrayEquals(values, found.get(name), name));
  }

  private static Map<String, double[]> weights(Path run, long step) {
    RunFolder folder = new RunFolder(run);
    return SavedVariables.read(folder.program(), folder.checkpoints().resolve("step-" + step));
  }

  @Test
  void aRunInTwoPartsIsTheCommands() throws IOException {
    Path commands = folder.resolve("commands");
    CommandRun.done("train", "--config", config, "--run", commands, "--set", "run.seed=5");
    TrainingRun first = TrainingRun.begin(config, run).set("run.seed", 5).steps(9);
    assertEquals(9, first.train());
    assertThrows(IllegalStateException.class, first::train);
    assertEquals(STEPS, TrainingRun.resume(run).train());
    assertSameWeights(commands, run, STEPS);
  }

  @Test
  void everyStepIsReported() throws IOException {
    List<Progress> seen = new ArrayList<>();
    TrainingRun.begin(config, run).set("run.log_every", 1).onProgress(seen::add).train();
    assertEquals(
        LongStream.rangeClosed(1, STEPS).boxed().toList(),
        seen.stream().map(Progress::step).toList());
    List<Map<String, Double>> log = MetricsLog.read(new RunFolder(run).metrics());
    for (Progress step : seen) {
      assertEquals(STEPS, step.lastStep());
      assertTrue(step.imagesPerSecond() > 0);
      assertEquals(log.get((int) step.step() - 1).get("loss"), step.loss());
    }
  }

  @Test
  void aStoppedRunGoesOn() throws IOException {
    TrainingRun stopped = TrainingRun.begin(config, run);
    stopped.onProgress(
        now -> {
          if (now.step() == 5) {
            stopped.stop();
          }
        });
    assertEquals(5, stopped.train());
    assertEquals(STEPS, TrainingRun.begin(config, run).orResume().train());
    CommandRun.done("train", "--config", config, "--run", folder.resolve("straight"));
    assertSameWeights(folder.resolve("straight"), run, STEPS);
  }

  @Test
  void anotherThreadWaitsForTheCheckpoint() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    TrainingRun training =
        TrainingRun.begin(config, run)
            .set("run.steps", 1_000_000)
            .set("run.checkpoint_every", 1_000_000)
            .onProgress(now -> begun.countDown());
    CompletableFuture<Long> steps =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return training.train();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    assertTrue(begun.await(1, TimeUnit.MINUTES));
    training.stopAndWait();
    List<Long> saved = new Checkpoints(new RunFolder(run).checkpoints(), 1).completed();
    assertEquals(List.of(steps.get()), saved);
  }

  @Test
  void whatAListenerThrowsIsThrown() throws IOException {
    IllegalStateException thrown = new IllegalStateException("enough");
    TrainingRun failing =
        TrainingRun.begin(config, run)
            .onProgress(
                now -> {
                  if (now.step() == 8) {
                    throw thrown;
                  }
                });
    assertSame(thrown, assertThrows(IllegalStateException.class, failing::train));
    // From the checkpoint of step 7.
    List<Progress> seen = new ArrayList<>();
    TrainingRun.resume(run).onProgress(seen::add).train();
    assertEquals(8, seen.get(0).step());
  }

  @Test
  void onlyALogIsPrintedTo() throws IOException {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = System.out;
    PrintStream err = System.err;
    try (PrintStream capture = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
      System.setOut(capture);
      System.setErr(capture);
      TrainingRun.begin(config, run).steps(5).train();
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
    assertEquals("", printed.toString(StandardCharsets.UTF_8));
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    TrainingRun.resume(run)
        .log(new PrintStream(log, true, StandardCharsets.UTF_8))
        .steps(10)
        .train();
    String lines = log.toString(StandardCharsets.UTF_8);
    assertTrue(lines.contains("step 10/10"), lines);
  }

  @Test
  void badInputIsRefused() throws IOException {
    assertArgumentRefused(() -> TrainingRun.begin("no such", run).train(), "no such");
    assertArgumentRefused(
        () -> TrainingRun.begin(config, run).set("run.stepz", 1).train(), "run.stepz");
    assertArgumentRefused(() -> TrainingRun.begin(config, run).steps(0), "steps", "at least 1");
    assertArgumentRefused(() -> TrainingRun.resume(run).train(), run.toString());
    assertTrue(!Files.exists(run));
    TrainingRun.begin(config, run).steps(5).train();
    assertArgumentRefused(
        () -> TrainingRun.begin(config, run).train(), "already exists", "orResume");
    assertArgumentRefused(
        () -> TrainingRun.begin(config, run).set("run.seed", 9).orResume().train(),
        "run.seed 3 -> 9");
    assertArgumentRefused(
        () -> TrainingRun.resume(run).set("network.mlp.width", 8).train(), "built into the graph");
  }

  @Test
  void aDivergedTrainingIsAFailure() {
    TrainingRun diverging =
        TrainingRun.begin(config, run)
            .set("optimizer.learning_rate", "1e30")
            .set("run.skip_nonfinite", "0");
    String line =
        String.valueOf(assertThrows(CoupletException.class, diverging::train).getMessage());
    assertTrue(line.contains("finite"), line);
  }
}
