package org.couplet.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.couplet.CommandRun;
import org.couplet.FolderContents;
import org.couplet.SavedVariables;
import org.couplet.SmallExperiments;
import org.couplet.command.ExitCode;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.io.ContentHash;
import org.couplet.report.Json;
import org.couplet.report.MetricsLog;
import org.couplet.run.Checkpoints;
import org.couplet.run.RunFolder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs whose settings change, that grow longer, or that go on as another run. */
@Tag("long")
class ChangedRunTest {
  @TempDir private static Path shared = Path.of("");

  private final Path folder;
  private final Path run;

  // A run of 20 steps that has done 10, with checkpoints of steps 7 and 10.
  ChangedRunTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    this.run = folder.resolve("run");
    copy(shared.resolve("half"), run);
  }

  @BeforeAll
  static void train() throws IOException {
    Path config =
        SmallExperiments.write(
            shared,
            SmallExperiments.GAUSSIANS
                // So that each step's numbers are logged, and no schedule stands still.
                .replace("log_every: 5", "log_every: 1")
                .replace("s1: 8", "s1: 7")
                .replace("mu: 0.5", "mu: 0.5 mu_end: 0.9"));
    CommandRun.done("train", "--config", config, "--run", shared.resolve("straight"));
    CommandRun.done("train", "--config", config, "--run", shared.resolve("half"), "--steps", 10);
  }

  @Test
  void whatChangesOnResumeCountsFromThereOn() throws IOException {
    // The same by hand.
    Path edited = folder.resolve("edited");
    copy(run, edited);
    Path config = edited.resolve("config.textproto");
    Files.writeString(
        config,
        Files.readString(config)
            .replace("learning_rate: 0.001", "learning_rate: 2.5E-4")
            .replace("decay: 0.99", "decay: 0.9"));
    CommandRun.done("train", "--run", edited, "--resume");

    CommandRun changed = resume("--set optimizer.learning_rate=2.5e-4 --set ema.decay=0.9");
    assertTrue(
        changed.err().contains("from step 10 on: optimizer.learning_rate 0.001 -> 0.00025\n"),
        changed.err());
    assertEquals(Files.readString(config), Files.readString(run.resolve("config.textproto")));
    assertSameVariables(edited, run, 20);
    assertEquals(0.001, logged(run, 10, "learning_rate"));
    assertEquals(2.5e-4, logged(run, 11, "learning_rate"));
    assertTrue(
        SavedVariables.firstDifference(
                SavedVariables.ofRun(shared.resolve("straight"), 20), SavedVariables.ofRun(run, 20))
            .isPresent());
  }

  @Test
  void theHistoryHasTheSettingsOfEachSession() throws IOException {
    Experiment first = settings(run);
    resume("--set optimizer.learning_rate=2e-3 --set run.steps=15");
    resume("");
    resume("--steps 16 --set name=other");
    Experiment last = settings(run);
    List<JsonObject> sessions = history(run);
    assertEquals(4, sessions.size());
    assertEquals(first, recorded(sessions.get(0)));
    assertEquals(
        "{\"optimizer.learning_rate\":[0.001,0.002],\"run.steps\":[20,15]}",
        sessions.get(1).get("changed").toString());
    assertEquals(10, sessions.get(1).get("step").getAsLong());
    assertEquals(
        first.toBuilder()
            .setOptimizer(first.getOptimizer().toBuilder().setLearningRate(2e-3))
            .setRun(first.getRun().toBuilder().setSteps(15))
            .build(),
        recorded(sessions.get(1)));
    assertTrue(!sessions.get(2).has("changed") && !sessions.get(2).has("config"));
    assertEquals("{\"name\":[\"gaussians\",\"other\"]}", sessions.get(3).get("changed").toString());
    assertEquals(last, recorded(sessions.get(3)));
    assertEquals(16, sessions.get(3).get("saved").getAsLong());
  }

  @Test
  void anOldHistoryStillLearnsWhatChanges() throws IOException {
    Files.writeString(run.resolve("history.jsonl"), "{\"step\":0}\n");
    resume("--set ema.decay=0.5 --steps 11");
    assertEquals("{\"ema.decay\":[0.99,0.5]}", history(run).get(1).get("changed").toString());
  }

  @Test
  void theConfigChangesOnlyOnceACheckpointIsRestored() throws IOException {
    Files.writeString(run.resolve("checkpoints/step-10.index"), "torn");
    Map<String, String> before = contents();
    CommandRun refused = command("--set optimizer.learning_rate=1e-4");
    assertEquals(ExitCode.BAD_INPUT, refused.code());
    assertEquals(before, contents());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "run.batch_size=64|run.batch_size 32 -> 64: built into the graph",
        "optimizer.clip_norm=1|optimizer.clip_norm 0 -> 1: built into the graph",
        "optimizer.lion={}|optimizer.adam.beta1 0.9 -> (none)",
        "network.mlp.width=8|network.mlp.width 16 -> 8: built into the graph",
        "run.start_from=elsewhere|counts only when a run begins",
      })
  void whatTheGraphHoldsCanNotChange(String set, String message) throws IOException {
    Map<String, String> before = contents();
    CommandRun refused = command("--set " + set);
    assertEquals(ExitCode.BAD_INPUT, refused.code(), refused.err());
    assertEquals(1, refused.err().lines().count(), refused.err());
    assertTrue(refused.err().contains(message), refused.err());
    assertEquals(before, contents());
  }

  @Test
  void anEditOfWhatTheGraphHoldsIsFound() throws IOException {
    Path config = run.resolve("config.textproto");
    Files.writeString(config, Files.readString(config).replace("width: 16", "width: 32"));
    for (CommandRun refused :
        List.of(
            command(""),
            CommandRun.of(
                "sample", "--run", run, "--count", 1, "--output", folder.resolve("a.png")),
            CommandRun.of("export", "--run", run, "--output", folder.resolve("export")))) {
      assertEquals(ExitCode.BAD_INPUT, refused.code(), refused.err());
      assertTrue(
          refused.err().contains(config + ": edited: network.mlp.width 16 -> 32: is built into"),
          refused.err());
    }
  }

  @Test
  void afterThePlannedStepsTheSchedulesStay() throws IOException {
    CommandRun longer = resume("--steps 26");
    assertTrue(
        longer.err().contains("after step 20 (run.steps) the schedules stay as they are there"),
        longer.err());
    for (String name : List.of("num_levels", "mu", "gap")) {
      assertEquals(logged(run, 20, name), logged(run, 26, name), name);
    }
    assertEquals(8, logged(run, 26, "num_levels"));
    assertEquals(0.9, logged(run, 26, "mu"));
    assertEquals(20, settings(run).getRun().getSteps());
    // In one session or in two.
    Path other = folder.resolve("other");
    copy(shared.resolve("half"), other);
    CommandRun.done("train", "--run", other, "--resume");
    CommandRun.done("train", "--run", other, "--resume", "--steps", 26);
    assertSameVariables(run, other, 26);
  }

  @Test
  void aLongerPlanStretchesTheSchedules() throws IOException {
    CommandRun longer = resume("--set run.steps=40 --steps 30");
    assertTrue(longer.err().contains("the schedules now span 40 steps, not 20"), longer.err());
    assertTrue(
        longer.out().contains("train on to step 40:     couplet train --run " + run), longer.out());
    Schedules planned = Schedules.of(settings(run), 8);
    for (long step = 11; step <= 30; step++) {
      assertEquals(planned.at(step - 1).numLevels(), logged(run, step, "num_levels"));
      assertEquals(planned.at(step - 1).mu(), logged(run, step, "mu"));
    }
    assertEquals(0.5 + 0.4 * 29 / 39, logged(run, 30, "mu"), 1e-12);
  }

  @Test
  void goingOnInANewRunIsGoingOn() throws IOException {
    Path config = run.resolve("config.textproto");
    Path child = folder.resolve("child");
    CommandRun.done("train", "--config", config, "--run", child, "--from", run);
    assertSameVariables(shared.resolve("straight"), child, 20);
    JsonObject parent = history(child).get(0).getAsJsonArray("parents").get(0).getAsJsonObject();
    assertEquals(run.toString(), parent.get("run").getAsString());
    assertEquals(10, parent.get("step").getAsLong());
    assertEquals(
        ContentHash.of(run.resolve("checkpoints/step-10.index")),
        parent.get("index_sha256").getAsString());
    assertEquals(10, history(child).get(0).get("step").getAsLong());

    // An earlier step, another batch.
    Path other = folder.resolve("other");
    CommandRun.done(
        "train",
        "--config",
        config,
        "--run",
        other,
        "--from",
        run + "@7",
        "--set",
        "run.batch_size=16",
        "--steps",
        8);
    assertEquals(8, SavedVariables.get(SavedVariables.ofRun(other, 8), "step")[0]);
    assertEquals(List.of(7L, 8L), new Checkpoints(other.resolve("checkpoints"), 1).completed());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--from RUN --set optimizer.lion={}|its optimizer is ADAM, not LION",
        "--from RUN --set network.mlp.width=8|its network or the size of its images differs",
        "--from RUN@9|no checkpoint of step 9 is there; those of steps 7, 10 are",
        "--from RUN --steps 10|its checkpoint is at step 10, and this run is to end at step 10",
        "--from RUN --set run.start_from=RUN|run.start_from is given, too",
      })
  void aRunThatDoesNotFitIsNotContinued(String options, String message) {
    List<Object> arguments =
        new ArrayList<>(
            List.of(
                "train",
                "--config",
                run.resolve("config.textproto"),
                "--run",
                folder.resolve("new")));
    arguments.addAll(List.of(options.replace("RUN", run.toString()).split(" ", -1)));
    CommandRun refused = CommandRun.of(arguments.toArray());
    assertEquals(ExitCode.BAD_INPUT, refused.code(), refused.err());
    assertTrue(refused.err().contains("run.continue_from: "), refused.err());
    assertTrue(refused.err().contains(message), refused.err());
    assertTrue(Files.notExists(folder.resolve("new")));
  }

  @Test
  void anEarlierCheckpointIsGoneBackTo() throws IOException {
    resume("--checkpoint 7 --set optimizer.learning_rate=1e-4 --steps 9");
    assertEquals(List.of(7L, 9L), new Checkpoints(run.resolve("checkpoints"), 3).completed());
    assertEquals(0.001, logged(run, 7, "learning_rate"));
    assertEquals(1e-4, logged(run, 8, "learning_rate"));
    assertEquals(9, MetricsLog.read(run.resolve("metrics.jsonl")).size());
  }

  @Test
  void samplesAndExportsTakeTheCheckpointAskedFor() throws IOException {
    Path seven = folder.resolve("seven.npz");
    Path newest = folder.resolve("newest.npz");
    List<Object> sample = List.of("sample", "--run", run, "--count", 4, "--output");
    CommandRun.done(with(sample, seven, "--checkpoint", 7));
    CommandRun.done(with(sample, newest));
    assertNotEquals(ContentHash.of(seven), ContentHash.of(newest));
    CommandRun export =
        CommandRun.done(
            "export", "--run", run, "--checkpoint", 7, "--output", folder.resolve("export"));
    assertTrue(export.out().contains("at step-7 written"), export.out());
    Path exported = folder.resolve("exported.npz");
    CommandRun.done(
        "sample", "--model", folder.resolve("export"), "--count", 4, "--output", exported);
    assertEquals(ContentHash.of(seven), ContentHash.of(exported));
    for (CommandRun refused :
        List.of(
            CommandRun.of(with(sample, folder.resolve("eight.npz"), "--checkpoint", 8)),
            CommandRun.of(
                "export", "--run", run, "--checkpoint", 8, "--output", folder.resolve("e")))) {
      assertEquals(ExitCode.BAD_INPUT, refused.code(), refused.err());
      assertTrue(
          refused.err().contains("step 8 is there; those of steps 7, 10 are"), refused.err());
    }
  }

  @Test
  void moreThreadsThanAMachineCanHaveAreRefused() {
    CommandRun refused = command("--set runtime.threads=1024");
    assertEquals(ExitCode.BAD_INPUT, refused.code(), refused.err());
    assertTrue(refused.err().contains("runtime.threads: 1024 threads on "), refused.err());
  }

  private CommandRun resume(String options) {
    CommandRun done = command(options);
    assertEquals(ExitCode.DONE, done.code(), done.err());
    return done;
  }

  private CommandRun command(String options) {
    List<Object> arguments = new ArrayList<>(List.of("train", "--run", run, "--resume"));
    if (!options.isEmpty()) {
      arguments.addAll(List.of(options.split(" ", -1)));
    }
    return CommandRun.of(arguments.toArray());
  }

  private static Object[] with(List<Object> command, Object... more) {
    List<Object> all = new ArrayList<>(command);
    all.addAll(List.of(more));
    return all.toArray();
  }

  private static Experiment settings(Path run) throws IOException {
    return ExperimentFile.load(new RunFolder(run).config(), List.of());
  }

  private static Experiment recorded(JsonObject session) {
    return ExperimentFile.parse("history", session.get("config").getAsString(), List.of());
  }

  private static List<JsonObject> history(Path run) throws IOException {
    return Files.readAllLines(run.resolve("history.jsonl")).stream()
        .map(line -> Json.GSON.fromJson(line, JsonObject.class))
        .toList();
  }

  private static double logged(Path run, long step, String name) throws IOException {
    return MetricsLog.read(run.resolve("metrics.jsonl")).stream()
        .filter(line -> line.getOrDefault("step", 0.0) == step)
        .mapToDouble(line -> line.getOrDefault(name, Double.NaN))
        .findFirst()
        .orElseThrow();
  }

  private static void assertSameVariables(Path one, Path other, long step) {
    assertEquals(
        Optional.empty(),
        SavedVariables.firstDifference(
            SavedVariables.ofRun(one, step), SavedVariables.ofRun(other, step)));
  }

  private Map<String, String> contents() throws IOException {
    return FolderContents.of(run);
  }

  private static void copy(Path from, Path to) throws IOException {
    FolderContents.copy(from, to);
  }
}
