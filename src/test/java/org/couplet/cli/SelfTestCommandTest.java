package org.couplet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.couplet.CommandProcess;
import org.couplet.CommandRun;
import org.couplet.FolderContents;
import org.couplet.SmallExperiments;
import org.couplet.workers.Replicas;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The self-test through commands; a remembered verdict stands in for a fault of the processor. */
@Tag("long")
class SelfTestCommandTest {
  @TempDir private static Path shared = Path.of("");
  private static CommandRun first = new CommandRun(0, "", "");

  private final Path folder;
  private final Path run;
  private final Path cache;

  // Each test goes on with a copy of the same tested run.
  SelfTestCommandTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    this.run = folder.resolve("run");
    this.cache = folder.resolve("cache");
    FolderContents.copy(shared.resolve("run"), run);
    FolderContents.copy(shared.resolve("cache"), cache);
  }

  @BeforeAll
  static void train() throws IOException, InterruptedException {
    first =
        CommandProcess.run(
            shared,
            Map.of("XDG_CACHE_HOME", shared.resolve("cache").toString()),
            "train",
            "--config",
            SmallExperiments.write(shared, SmallExperiments.GAUSSIANS),
            "--run",
            shared.resolve("run"),
            "--steps",
            1);
    assertEquals(0, first.code(), first.err());
  }

  @Test
  void aFaultIsRemediedByStartingAgain() throws IOException, InterruptedException {
    assertTrue(first.err().contains("operations right"), first.err());
    assertTrue(history().get(0).contains("operations right"), history().toString());
    // The second start pays nothing.
    CommandRun second = resume(2);
    assertEquals(0, second.code(), second.err());
    assertFalse(second.err().contains("operations right"), second.err());

    plantFault();
    CommandRun restarted = resume(3);
    assertEquals(0, restarted.code(), restarted.err());
    assertTrue(restarted.err().contains("starting again with "), restarted.err());
    assertTrue(restarted.out().contains("3 steps done"), restarted.out());
    String last = history().get(history().size() - 1);
    assertTrue(
        last.contains("TF_ENABLE_ONEDNN_OPTS=0") || last.contains("ONEDNN_MAX_CPU_ISA=AVX2"), last);
    assertEquals(3, history().size());
  }

  @Test
  void aNewRunWithAFaultIsTrainedByTheSecondProcess() throws IOException, InterruptedException {
    plantFault();
    Path other = folder.resolve("other");
    CommandRun begun =
        CommandProcess.run(
            folder,
            environment(),
            "train",
            "--config",
            SmallExperiments.write(folder, SmallExperiments.GAUSSIANS),
            "--run",
            other,
            "--steps",
            1);
    assertEquals(0, begun.code(), begun.err());
    assertTrue(begun.err().contains("starting again with "), begun.err());
    assertTrue(begun.out().contains("1 steps done"), begun.out());
  }

  // The second process needs the ports of the first.
  @Test
  void workersWithAFaultAreStartedAgain() throws IOException, InterruptedException {
    plantFault();
    CommandRun shared =
        CommandProcess.run(
            folder,
            environment(),
            "train",
            "--run",
            run,
            "--resume",
            "--steps",
            2,
            "--cluster",
            cluster(),
            "--task",
            0);
    assertTrue(shared.err().contains("starting again with "), shared.err());
    assertTrue(shared.err().contains("did not answer within 1 s"), shared.err());
  }

  private Path cluster() throws IOException {
    StringBuilder text = new StringBuilder("start_timeout_seconds: 1\n");
    for (String worker : Replicas.clusters(2).get(0).workers()) {
      text.append("worker: '").append(worker).append("'\n");
    }
    return Files.writeString(folder.resolve("cluster.textproto"), text);
  }

  @Test
  void skippedItIsWrittenDown() throws IOException, InterruptedException {
    plantFault();
    CommandRun skipped =
        CommandProcess.run(
            folder,
            environment(),
            "train",
            "--run",
            run,
            "--resume",
            "--steps",
            2,
            "--skip-self-test");
    assertEquals(0, skipped.code(), skipped.err());
    assertTrue(skipped.err().contains("--skip-self-test"), skipped.err());
    assertTrue(history().get(1).contains("\"self_test\":\"skipped\""), history().toString());
  }

  @Test
  void samplesOfAFaultyMachineAreDrawnWithTheRemedy() throws IOException, InterruptedException {
    plantFault();
    CommandRun sampled =
        CommandProcess.run(
            folder,
            environment(),
            "sample",
            "--run",
            run,
            "--count",
            4,
            "--output",
            folder.resolve("samples.npz"));
    assertEquals(0, sampled.code(), sampled.err());
    assertTrue(sampled.err().contains("starting again with "), sampled.err());
    assertTrue(Files.exists(folder.resolve("samples.npz")));
  }

  @Test
  void withoutARemedyNothingIsTrained() throws IOException, InterruptedException {
    Map<String, String> all =
        Map.of(
            "XDG_CACHE_HOME", cache.toString(),
            "ONEDNN_MAX_CPU_ISA", "AVX2",
            "TF_ENABLE_ONEDNN_OPTS", "0");
    CommandRun.done("--version");
    CommandRun tested =
        CommandProcess.run(folder, all, "train", "--run", run, "--resume", "--steps", 2);
    assertEquals(0, tested.code(), tested.err());
    plantFault();
    CommandRun refused =
        CommandProcess.run(folder, all, "train", "--run", run, "--resume", "--steps", 3);
    assertEquals(1, refused.code(), refused.err());
    assertTrue(refused.err().contains("MatMul"), refused.err());
    assertTrue(refused.err().contains("--skip-self-test"), refused.err());
    assertEquals(2, history().size());
  }

  @Test
  void benchStartsItsProcessAgain() throws IOException, InterruptedException {
    Path config = SmallExperiments.write(folder, SmallExperiments.GAUSSIANS);
    Object[] bench = {
      "bench", "--config", config, "--warmup", 0, "--steps", 1, "--threads", 2, "--json"
    };
    CommandRun sound = CommandProcess.run(folder, environment(), bench);
    assertEquals(0, sound.code(), sound.err());
    plantFault();
    CommandRun remedied = CommandProcess.run(folder, environment(), bench);
    assertEquals(0, remedied.code(), remedied.err());
    assertTrue(remedied.err().contains("starting again with "), remedied.err());
  }

  private CommandRun resume(int steps) throws IOException, InterruptedException {
    return CommandProcess.run(
        folder, environment(), "train", "--run", run, "--resume", "--steps", steps);
  }

  private Map<String, String> environment() {
    return Map.of("XDG_CACHE_HOME", cache.toString());
  }

  private List<String> history() throws IOException {
    return Files.readAllLines(run.resolve("history.jsonl"));
  }

  // As if each machine had found matrix products wrong.
  private void plantFault() throws IOException {
    try (var files = Files.list(cache.resolve("couplet"))) {
      for (Path file : files.toList()) {
        Files.writeString(
            file,
            Files.readString(file)
                .replaceAll("(?m)^program.*\n", "")
                .replaceAll("(?m)^right (MatMul .*)$", "wrong $1: 0.6"));
      }
    }
  }
}
