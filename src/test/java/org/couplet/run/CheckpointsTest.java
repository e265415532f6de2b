package org.couplet.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.couplet.CommandRun;
import org.couplet.SavedVariables;
import org.couplet.SmallExperiments;
import org.couplet.command.ExitCode;
import org.couplet.io.AtomicFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("long")
class CheckpointsTest {
  private final Path folder;
  private final Path run;
  private final Path checkpoints;

  CheckpointsTest(@TempDir Path folder) {
    this.folder = folder;
    this.run = folder.resolve("run");
    this.checkpoints = run.resolve("checkpoints");
  }

  private CommandRun train(Object... more) throws IOException {
    Path config = SmallExperiments.write(folder, SmallExperiments.GAUSSIANS);
    Object[] arguments = new Object[more.length + 5];
    System.arraycopy(new Object[] {"train", "--config", config, "--run", run}, 0, arguments, 0, 5);
    System.arraycopy(more, 0, arguments, 5, more.length);
    return CommandRun.of(arguments);
  }

  private Set<String> files() throws IOException {
    if (!Files.isDirectory(checkpoints)) {
      return Set.of();
    }
    try (var files = Files.list(checkpoints)) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  @Test
  void theNewestAreKeptAndListed() throws IOException {
    train("--set", "run.checkpoint_every=3", "--set", "run.keep_checkpoints=2");
    assertEquals(
        Set.of(
            "checkpoint",
            "step-18.index",
            "step-18.data-00000-of-00001",
            "step-20.index",
            "step-20.data-00000-of-00001"),
        files());
    assertEquals(
        """
        model_checkpoint_path: "step-20"
        all_model_checkpoint_paths: "step-18"
        all_model_checkpoint_paths: "step-20"
        """,
        Files.readString(checkpoints.resolve("checkpoint")));
    Checkpoints listed = new Checkpoints(checkpoints, 2);
    assertEquals(checkpoints.resolve("step-20"), listed.latest().orElseThrow());
    assertEquals(checkpoints.resolve("step-18"), listed.latestUpTo(19).orElseThrow());
    assertTrue(listed.latestUpTo(17).isEmpty());
  }

  @Test
  void laterCheckpointsAreSetAsideUntilANewOneIsSaved() throws IOException {
    assertEquals(ExitCode.DONE, train("--steps", 10).code());
    String metrics = Files.readString(run.resolve("metrics.jsonl"));
    CommandRun.done("train", "--run", run, "--resume", "--checkpoint", 7, "--steps", 7);
    assertTrue(
        files().containsAll(Set.of(".aside-step-10.index", ".aside-step-10.data-00000-of-00001")),
        files().toString());
    // Going back once more keeps it.
    CommandRun.done("train", "--run", run, "--resume", "--checkpoint", 7, "--steps", 7);
    assertEquals(metrics, Files.readString(checkpoints.resolve(".aside-metrics.jsonl")));
    assertTrue(!Files.readString(run.resolve("metrics.jsonl")).contains("\"step\":10"));
    CommandRun resumed = CommandRun.done("train", "--run", run, "--resume", "--steps", 9);
    assertTrue(resumed.out().contains("9 steps done"), resumed.out());
    assertEquals(
        Set.of(
            "checkpoint",
            "step-7.index",
            "step-7.data-00000-of-00001",
            "step-9.index",
            "step-9.data-00000-of-00001"),
        files());
  }

  @Test
  void thereIsAWayBackUntilANewOneIsSaved() throws IOException {
    train("--steps", 10);
    String metrics = Files.readString(run.resolve("metrics.jsonl"));
    CommandRun.done("train", "--run", run, "--resume", "--checkpoint", 7, "--steps", 7);
    // As docs/runs.md has it.
    for (String name : files()) {
      if (name.startsWith(".aside-step-")) {
        Files.move(
            checkpoints.resolve(name), checkpoints.resolve(name.substring(".aside-".length())));
      }
    }
    Files.move(
        checkpoints.resolve(".aside-metrics.jsonl"),
        run.resolve("metrics.jsonl"),
        StandardCopyOption.REPLACE_EXISTING);
    CommandRun resumed = CommandRun.done("train", "--run", run, "--resume", "--steps", 11);
    assertTrue(resumed.err().contains(" for 1 steps ("), resumed.err());
    assertTrue(Files.readString(run.resolve("metrics.jsonl")).startsWith(metrics));
  }

  @Test
  void whatAKilledProcessLeftIsDeletedByTheNextSave() throws IOException {
    train("--steps", 5);
    Set<String> whole = files();
    for (String torn :
        new String[] {
          ".partial.index",
          ".partial.data-00000-of-00001",
          ".partial.data-00000-of-00001.tempstate1",
          "step-6.data-00000-of-00001",
          "step-50.index"
        }) {
      Files.writeString(checkpoints.resolve(torn), "torn");
    }
    // Nothing is left to train: what was restored is listed again.
    train("--steps", 5, "--resume");
    assertEquals(whole, files());
  }

  @Test
  void tornFilesDoNotDisturbAResumedRun() throws IOException {
    train();
    Path straight = Files.move(run, folder.resolve("straight"));
    train("--steps", 5);
    Files.writeString(checkpoints.resolve("step-7.data-00000-of-00001"), "torn");
    Files.writeString(checkpoints.resolve("step-20.index"), "torn");
    Files.writeString(checkpoints.resolve(".partial.data-00000-of-00001"), "torn");
    assertEquals(ExitCode.DONE, train("--resume").code());
    assertTrue(
        SavedVariables.firstDifference(
                SavedVariables.ofRun(straight, 20), SavedVariables.ofRun(run, 20))
            .isEmpty());
  }

  @Test
  void aRunKilledBeforeItsFirstCheckpointBeginsAgain() throws IOException {
    train("--steps", 5);
    try (var files = Files.list(checkpoints)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    // Nor does its history know of one.
    Path history = run.resolve("history.jsonl");
    Files.writeString(history, Files.readString(history).replaceAll(",\"saved\".*", "}"));
    // A line that the killed process could not finish.
    Files.writeString(
        run.resolve("metrics.jsonl"),
        Files.readString(run.resolve("metrics.jsonl")) + "{\"step\":9,\"lo");
    CommandRun resumed = train("--resume");
    assertEquals(ExitCode.DONE, resumed.code());
    assertTrue(
        resumed.err().contains("stopped before its first checkpoint; it begins again at step 0"),
        resumed.err());
    assertEquals(20, SavedVariables.get(SavedVariables.ofRun(run, 20), "step")[0]);
    assertEquals(4, Files.readAllLines(run.resolve("metrics.jsonl")).size());
  }

  @Test
  void aRunKilledBeforeItsConfigWasInPlaceBeginsAgain() throws IOException {
    train("--steps", 1);
    Files.delete(run.resolve("config.textproto"));
    AtomicFile.delete(checkpoints);
    Files.delete(run.resolve("history.jsonl"));
    Files.delete(run.resolve("program/saved_model.pb"));
    Files.createDirectories(run.resolve(".program.0123abcd.partial/assets.extra"));
    assertEquals(ExitCode.DONE, train("--resume").code());
    assertTrue(files().contains("step-20.index"));
  }

  @Test
  void whatIsNoRunIsLeftAlone() throws IOException {
    train("--steps", 1);
    Files.delete(run.resolve("config.textproto"));
    Map<String, double[]> before = SavedVariables.ofRun(run, 1);
    assertEquals(ExitCode.BAD_INPUT, train("--resume").code());
    assertEquals(
        Optional.empty(), SavedVariables.firstDifference(before, SavedVariables.ofRun(run, 1)));
  }

  @Test
  void aRunBelongsToOneProcess() throws IOException {
    RunLock lock = RunLock.take(new RunFolder(run), System.err);
    try (lock) {
      assertEquals(ExitCode.BAD_INPUT, train("--steps", 1).code());
      assertFalse(Files.exists(run.resolve("config.textproto")));
    }
    assertEquals(ExitCode.DONE, train("--steps", 1).code());
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e30", "1e39"})
  void divergenceStopsWithTheStepAndTheLastGoodCheckpoint(String rate) throws IOException {
    assertEquals(ExitCode.DONE, train("--steps", 4, "--set", "optimizer.warmup_steps=0").code());
    String healthy = Files.readString(run.resolve("config.textproto"));
    Files.writeString(
        run.resolve("config.textproto"),
        healthy
            .replaceAll("learning_rate: .*", "learning_rate: " + rate)
            .replaceAll("checkpoint_every: .*", "checkpoint_every: 1"));
    CommandRun diverged = CommandRun.of("train", "--run", run, "--resume");
    assertEquals(ExitCode.FAILED, diverged.code());
    assertTrue(diverged.err().contains("step 6: the loss is "), diverged.err());
    assertTrue(
        diverged.err().contains("The last good checkpoint is " + checkpoints.resolve("step-4")),
        diverged.err());
    assertTrue(diverged.err().contains("optimizer.learning_rate"), diverged.err());
    assertFalse(files().contains("step-6.index"), files().toString());
    assertFalse(
        Files.readString(run.resolve("metrics.jsonl")).contains("NaN"), "a line of the bad step");
  }

  @Test
  void divergenceWithoutACheckpointSaysSo() throws IOException {
    CommandRun diverged = train("--set", "optimizer.learning_rate=1e30");
    assertEquals(ExitCode.FAILED, diverged.code());
    assertTrue(diverged.err().contains("There is no good checkpoint."), diverged.err());
    assertEquals(Set.of(), files());
  }

  // Anything in the way of a save will do, and a folder is not overwritten.
  @Test
  void aStepThatCanNotBeSavedNamesTheRemedyAndLosesNothing() throws IOException {
    assertEquals(ExitCode.DONE, train("--steps", 8).code());
    Files.createDirectories(checkpoints.resolve(".partial.index/in the way"));
    Set<String> before = files();
    CommandRun failed = CommandRun.of("train", "--run", run, "--resume");
    assertEquals(ExitCode.FAILED, failed.code(), failed.err());
    assertTrue(failed.err().contains("step 14 could not be saved in " + checkpoints), failed.err());
    assertTrue(failed.err().contains("go on from step-8 with: couplet train"), failed.err());
    assertEquals(before, files());
  }

  @Test
  void aFullDiskLosesNoCheckpoint() throws IOException, InterruptedException {
    Path disk = Files.createDirectories(folder.resolve("disk"));
    assumeTrue(
        new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=230k", "tmpfs", disk.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor()
            == 0,
        "no disk of a limited size can be mounted here");
    try {
      Path small = disk.resolve("run");
      CommandRun full =
          CommandRun.of(
              "train",
              "--config",
              SmallExperiments.write(folder, SmallExperiments.GAUSSIANS),
              "--run",
              small,
              "--set",
              "network.mlp.width=32",
              "--set",
              "run.checkpoint_every=3");
      assertEquals(ExitCode.FAILED, full.code(), full.err());
      assertTrue(
          full.err().contains("note: " + small.resolve("checkpoints") + " has "), full.err());
      assertTrue(full.err().contains("could not be saved"), full.err());
      assertTrue(full.err().toLowerCase(Locale.ROOT).contains("no space left"), full.err());
      List<Long> left = new Checkpoints(small.resolve("checkpoints"), 3).completed();
      assertFalse(left.isEmpty());
      assertTrue(full.err().contains("go on from step-" + left.get(left.size() - 1)), full.err());
    } finally {
      new ProcessBuilder("umount", disk.toString()).start().waitFor();
    }
  }
}
