package org.couplet.workers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.couplet.CommandProcess;
import org.couplet.CommandRun;
import org.couplet.SavedVariables;
import org.couplet.SmallExperiments;
import org.couplet.cluster.Cluster;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers in processes of their own: they train as one, and lose nothing with one of them. */
@Tag("long")
class WorkersTest {
  private static final long TIMEOUT_SECONDS = 120;

  private final Path folder;
  private final Path temporary;
  private final Path config;
  private final List<Process> started = new ArrayList<>();

  WorkersTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    this.temporary = Files.createDirectory(folder.resolve("temporary"));
    this.config =
        SmallExperiments.write(
            folder, SmallExperiments.GAUSSIANS.replace("steps: 20", "steps: 1000000"));
  }

  @AfterEach
  void leaveNoProcess() throws InterruptedException {
    for (Process process : started) {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void nothingIsLostWithAWorker() throws Exception {
    Path killed = folder.resolve("killed");
    for (int victim : new int[] {1, 0}) {
      List<Process> workers = start(killed, 1_000_000);
      // Saved every 7 steps.
      await(killed.resolve("checkpoints").resolve("step-" + (victim == 1 ? 7 : 28) + ".index"));
      workers.get(victim).destroyForcibly();
      assertEquals(1, exitCode(workers.get(1 - victim)), said(1 - victim));
      assertTrue(said(1 - victim).contains("couplet train: worker " + victim), said(1 - victim));
      assertTrue(said(1 - victim).contains("with --resume"), said(1 - victim));
    }
    assertTrue(newest(killed) < 200, "the test comes too late: " + newest(killed));
    int last = newest(killed) + 5;
    // All workers may be started with the same command.
    together(killed, last, 0, "--checkpoint", newest(killed));
    Path straight = folder.resolve("straight");
    together(straight, last, 0);
    assertEquals(
        Optional.empty(),
        SavedVariables.firstDifference(
            SavedVariables.ofRun(straight, last), SavedVariables.ofRun(killed, last)));

    // One process trains alike, with threads for the workers or alone.
    Path replicas = folder.resolve("replicas");
    CommandRun several = inOne(replicas, last, "--replicas", "2");
    assertEquals(0, several.code(), several.err());
    assertEquals(
        Optional.empty(),
        SavedVariables.firstDifference(
            SavedVariables.ofRun(straight, last), SavedVariables.ofRun(replicas, last)));
    Path alone = folder.resolve("alone");
    assertEquals(0, inOne(alone, last).code());
    assertNear(alone, straight, last);
    // And a run may have another number of workers from here on.
    assertEquals(0, inOne(straight, last + 10).code());
    assertEquals(0, inOne(alone, last + 10).code());
    assertNear(alone, straight, last + 10);
    List<String> history = Files.readAllLines(straight.resolve("history.jsonl"));
    assertTrue(history.stream().anyMatch(line -> line.contains("\"workers\":2")));
    assertFalse(history.get(history.size() - 1).contains("\"workers\":2"));
  }

  @Test
  void aWorkerThatIsAskedToStopStopsAll() throws Exception {
    Path run = folder.resolve("run");
    int saved = 7;
    for (int asked : new int[] {1, 0}) {
      List<Process> workers = start(run, 1_000_000);
      await(run.resolve("checkpoints").resolve("step-" + saved + ".index"));
      CommandProcess.signal("TERM", workers.get(asked));
      assertEquals(130, exitCode(workers.get(0)), said(0));
      assertEquals(130, exitCode(workers.get(1)), said(1));
      assertTrue(said(0).contains("interrupted after step " + newest(run)), said(0));
      assertEquals(List.of(), temporaryFiles());
      saved = 7 * (newest(run) / 7 + 3);
    }
  }

  @Test
  void aWorkerThatWaitsCanBeStopped() throws Exception {
    Process alone = start(1, arguments(folder.resolve("run"), cluster(), 1, 20));
    awaitSaid(1, "waiting for 1 of 2 workers");
    CommandProcess.signal("TERM", alone);
    assertEquals(130, exitCode(alone), said(1));
    assertTrue(said(1).contains("interrupted"), said(1));
    assertEquals(List.of(), temporaryFiles());
  }

  @Test
  void anotherConfigIsRefusedBeforeThereIsARun() throws Exception {
    Path run = folder.resolve("run");
    Path cluster = cluster();
    Process other =
        start(1, arguments(run, cluster, 1, 20, "--set", "optimizer.learning_rate=2e-3"));
    Process first = start(0, arguments(run, cluster, 0, 20));
    assertEquals(2, exitCode(first), said(0));
    assertEquals(2, exitCode(other), said(1));
    assertTrue(
        said(0).contains("has another config (optimizer.learning_rate) than worker 0"), said(0));
    assertTrue(said(0).contains(": \"0.002\", not \"0.001\". Start all"), said(0));
    assertFalse(Files.exists(run.resolve("config.textproto")));
  }

  @Test
  void aLongerListOfWorkersIsNamed() throws Exception {
    Path run = folder.resolve("run");
    String longer = Files.readString(cluster(3));
    Path three = Files.writeString(folder.resolve("three.textproto"), longer);
    Path two =
        Files.writeString(
            folder.resolve("two.textproto"), longer.substring(0, longer.lastIndexOf("worker")));
    List<Process> workers = new ArrayList<>();
    for (int task = 0; task < 3; task++) {
      Path list = task == 0 ? two : three;
      workers.add(start(task, arguments(run, list, task, 20, "--set", "run.batch_size=12")));
    }
    assertEquals(2, exitCode(workers.get(0)), said(0));
    assertTrue(said(0).contains("Start all with the same list of workers"), said(0));
    assertTrue(exitCode(workers.get(1)) > 0, said(1));
    assertTrue(exitCode(workers.get(2)) > 0, said(2));
  }

  @Test
  void pathsMayDiffer() {
    assertEquals(Workers.compared(withPaths("a")), Workers.compared(withPaths("b")));
  }

  private static Experiment withPaths(String path) {
    return ExperimentFile.parse(
        "test",
        SmallExperiments.UNET,
        List.of(
            "evaluation.fid_every=5", "evaluation.features=" + path, "run.continue_from=" + path));
  }

  @Test
  void badUsageIsOneLine() throws Exception {
    Path cluster = cluster();
    Path run = folder.resolve("run");
    assertRefused("--task: is for --cluster", "--run", run, "--task", 1);
    assertRefused("--task I", "--run", run, "--cluster", cluster);
    long far = 1L << 40;
    assertRefused("names 2 workers", "--run", run, "--cluster", cluster, "--task", far);
    assertRefused("--replicas: 65 are too many", "--run", run, "--replicas", 65);
    assertRefused("--replicas: is for one", "--run", run, "--cluster", cluster, "--replicas", 2);
    assertRefused(
        "run.batch_size: 32 rows do not fall into 3 equal parts", "--run", run, "--replicas", 3);
    assertRefused(
        "optimizer.accumulate: the 16 rows of each of 2 workers",
        "--run",
        run,
        "--replicas",
        2,
        "--set",
        "optimizer.accumulate=32");
    assertFalse(Files.exists(run));
  }

  @Test
  void aDryRunWaitsForNobody() throws Exception {
    for (int task = 0; task < 2; task++) {
      CommandRun dry =
          CommandRun.done(
              arguments(folder.resolve("run"), cluster(), task, 20, "--dry-run").toArray());
      assertTrue(dry.out().contains("would train to step 20"), dry.out());
    }
  }

  private void assertRefused(String words, Object... options) {
    List<Object> arguments = new ArrayList<>(List.of("train", "--config", config));
    arguments.addAll(List.of(options));
    CommandRun refused = CommandRun.of(arguments.toArray());
    assertEquals(2, refused.code(), refused.err());
    assertTrue(refused.err().contains(words), refused.err());
  }

  private static void assertNear(Path one, Path other, int step) {
    Map<String, double[]> expected = SavedVariables.ofRun(one, step);
    double difference =
        SavedVariables.relativeDifference(
            expected,
            SavedVariables.ofRun(other, step),
            expected.keySet().stream().filter(name -> !name.equals("step")).toList());
    assertTrue(difference < 1e-5, "differ by " + difference);
  }

  // Both workers, up to a step; both must end with a code.
  private void together(Path run, int steps, int code, Object... further) throws Exception {
    List<Process> workers = start(run, steps, further);
    for (int task = 0; task < workers.size(); task++) {
      assertEquals(code, exitCode(workers.get(task)), said(task));
    }
  }

  private List<Process> start(Path run, int steps, Object... further) throws IOException {
    Path cluster = cluster();
    List<Process> workers = new ArrayList<>();
    for (int task = 0; task < 2; task++) {
      workers.add(start(task, arguments(run, cluster, task, steps, further)));
    }
    return workers;
  }

  private Process start(int task, List<Object> arguments) throws IOException {
    Map<String, String> environment = Map.of("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + temporary);
    Process process = CommandProcess.start(output(task), environment, arguments.toArray());
    started.add(process);
    return process;
  }

  private List<Object> arguments(Path run, Path cluster, int task, int steps, Object... further) {
    List<Object> arguments =
        new ArrayList<>(
            List.of("train", "--config", config, "--run", run, "--resume", "--steps", steps));
    arguments.addAll(List.of("--cluster", cluster, "--task", task));
    arguments.addAll(List.of(further));
    return arguments;
  }

  private CommandRun inOne(Path run, int steps, Object... further) throws Exception {
    List<Object> arguments =
        new ArrayList<>(
            List.of("train", "--config", config, "--run", run, "--resume", "--steps", steps));
    arguments.addAll(List.of(further));
    return CommandProcess.run(folder, Map.of(), arguments.toArray());
  }

  private Path cluster() throws IOException {
    return cluster(2);
  }

  private Path cluster(int count) throws IOException {
    StringBuilder text = new StringBuilder("watch_timeout_seconds: 5\n");
    for (Cluster worker : Replicas.clusters(count)) {
      text.append("worker: '").append(worker.workers().get(worker.task())).append("'\n");
    }
    return Files.writeString(folder.resolve("cluster.textproto"), text);
  }

  private Path output(int task) {
    return folder.resolve("worker" + task);
  }

  private String said(int task) throws IOException {
    return Files.readString(output(task));
  }

  private static int newest(Path run) throws IOException {
    try (var files = Files.list(run.resolve("checkpoints"))) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> name.endsWith(".index"))
          .mapToInt(name -> Integer.parseInt(name.replaceAll("\\D", "")))
          .max()
          .orElseThrow();
    }
  }

  private void await(Path file) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
    while (Files.notExists(file)) {
      assertTrue(System.nanoTime() < end, said(0) + said(1));
      Thread.sleep(5);
    }
  }

  private void awaitSaid(int task, String words) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
    while (!said(task).contains(words)) {
      assertTrue(System.nanoTime() < end, said(task));
      Thread.sleep(5);
    }
  }

  private List<String> temporaryFiles() throws IOException {
    try (var files = Files.list(temporary)) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> name.startsWith("couplet"))
          .toList();
    }
  }

  private static int exitCode(Process process) throws InterruptedException {
    assertTrue(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS), "hangs");
    return process.exitValue();
  }
}
