package org.couplet.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.couplet.CommandRun;
import org.couplet.FolderContents;
import org.couplet.Refusal;
import org.couplet.SavedVariables;
import org.couplet.SmallExperiments;
import org.couplet.command.ExitCode;
import org.couplet.config.ExperimentFile;
import org.couplet.io.AtomicFile;
import org.couplet.io.InvalidInputException;
import org.couplet.report.MetricsLog;
import org.couplet.run.Checkpoints;
import org.couplet.run.RunFolder;
import org.couplet.run.RunHistory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A run whose list of checkpoints, or whose newest checkpoint, is damaged. */
@Tag("long")
class DamagedCheckpointsTest {
  private static final String DATA = ".data-00000-of-00001";
  private static final String INDEX = ".index";
  @TempDir private static Path shared = Path.of("");

  private final Path run;
  private final Path checkpoints;
  private final Path list;

  // A run of 20 steps that has done 10, with checkpoints of steps 7 and 10.
  DamagedCheckpointsTest(@TempDir Path folder) throws IOException {
    run = folder.resolve("run");
    checkpoints = run.resolve("checkpoints");
    list = checkpoints.resolve("checkpoint");
    FolderContents.copy(shared.resolve("half"), run);
  }

  @BeforeAll
  static void train() throws IOException {
    Path config =
        SmallExperiments.write(
            shared,
            SmallExperiments.GAUSSIANS
                .replace("seed: 3", "seed: 3 keep_checkpoints: 3")
                // So that no line is a mean over steps of two sessions.
                .replace("log_every: 5", "log_every: 1"));
    CommandRun.done("train", "--config", config, "--run", shared.resolve("straight"));
    CommandRun.done("train", "--config", config, "--run", shared.resolve("half"), "--steps", 10);
  }

  /** Lists that say where TensorFlow's tools would go on, and how. */
  private enum SoundList {
    OURS("model_checkpoint_path: \"step-10\"\nall_model_checkpoint_paths: \"step-10\"\n"),
    RELATIVE("model_checkpoint_path: 'checkpoints/step-10'"),
    ABSOLUTE(
        """
        model_checkpoint_path: "RUN/checkpoints/step-10"
        all_model_checkpoint_paths: "RUN/checkpoints/step-7"
        all_model_checkpoint_paths: "RUN/checkpoints/step-10"
        all_model_checkpoint_timestamps: 1732000000.25
        all_model_checkpoint_timestamps: 1732000001.5
        last_preserved_timestamp: 1732000000.125
        """),
    MOVED_AWAY("model_checkpoint_path: \"/gone/with the/step-3/step-10\""),
    ESCAPED("model_checkpoint_path: \"/a \\\"run\\\" \\303\\251/step-10\" # by hand");

    private final String text;

    SoundList(String text) {
      this.text = text;
    }
  }

  @ParameterizedTest
  @EnumSource(SoundList.class)
  void aListOfTensorFlowIsUnderstood(SoundList sound) throws IOException {
    Files.writeString(list, sound.text.replace("RUN", run.toString()));
    assertEquals("", goesOnFrom(10));
    assertEndsLikeTheStraightRun();
  }

  /** Lists from which nothing sound follows. */
  private enum DamagedList {
    EMPTY(""),
    CUT_IN_A_LINE("model_checkpoint_path: \"step-1"),
    GARBAGE("\u0000\uffff}{"),
    WITHOUT_A_STEP("model_checkpoint_path: \"model.ckpt\""),
    OF_A_HUGE_STEP("model_checkpoint_path: \"step-99999999999999999999\"");

    private final String text;

    DamagedList(String text) {
      this.text = text;
    }
  }

  @ParameterizedTest
  @EnumSource(DamagedList.class)
  void withADamagedListTheFilesCount(DamagedList damaged) throws IOException {
    Files.writeString(list, damaged.text);
    assertEquals(
        "note: %s is missing or damaged; going on from step-10, the newest complete checkpoint"
                .formatted(list)
            + " beside it\n",
        goesOnFrom(10));
    assertEndsLikeTheStraightRun();
  }

  @Test
  void withoutAListTheFilesCount() throws IOException {
    Files.delete(list);
    String said = goesOnFrom(10);
    assertTrue(said.contains(list + " is missing or damaged; going on from step-10"), said);
    assertEndsLikeTheStraightRun();
  }

  // 99: files are missing. 7: a process was killed before it listed step 10.
  @ParameterizedTest
  @ValueSource(longs = {7, 99})
  void aListThatNamesAnotherStepIsReported(long step) throws IOException {
    Files.writeString(list, "model_checkpoint_path: \"step-" + step + "\"");
    String said = goesOnFrom(10);
    assertTrue(said.contains(list + " names step-" + step + "; going on from step-10"), said);
    assertEndsLikeTheStraightRun();
  }

  @ParameterizedTest
  @ValueSource(strings = {DATA, INDEX})
  void halfACheckpointIsNone(String lost) throws IOException {
    Files.delete(checkpoints.resolve("step-10" + lost));
    String said = goesOnFrom(7);
    assertTrue(said.contains(list + " names step-10; going on from step-7"), said);
    assertEndsLikeTheStraightRun();
  }

  @ParameterizedTest
  @ValueSource(strings = {DATA, INDEX})
  void anEmptyFileIsNoCheckpoint(String emptied) throws IOException {
    Files.write(checkpoints.resolve("step-10" + emptied), new byte[0]);
    String said = goesOnFrom(7);
    assertTrue(said.contains(list + " names step-10; going on from step-7"), said);
    assertEndsLikeTheStraightRun();
  }

  @ParameterizedTest
  @CsvSource({DATA + ", CUT", INDEX + ", CUT", DATA + ", FLIPPED", INDEX + ", FLIPPED"})
  void aTornCheckpointIsNamedAndNothingIsTouched(String part, String how) throws IOException {
    Path file = checkpoints.resolve("step-10" + part);
    byte[] bytes = Files.readAllBytes(file);
    if (how.equals("CUT")) {
      bytes = Arrays.copyOf(bytes, bytes.length / 2);
    } else {
      bytes[bytes.length / 2] ^= 1;
    }
    Files.write(file, bytes);
    Map<String, String> before = contents();
    CommandRun refused = CommandRun.of("train", "--run", run, "--resume");
    assertEquals(ExitCode.BAD_INPUT, refused.code(), refused.err());
    String said = refused.err();
    assertTrue(
        said.contains(checkpoints.resolve("step-10") + ": this checkpoint is damaged"), said);
    assertTrue(said.contains("--checkpoint takes another one: 7"), said);
    assertEquals(before, contents());

    // What it says to do helps.
    CommandRun back =
        CommandRun.done("train", "--run", run, "--resume", "--checkpoint", 7, "--steps", 8);
    assertTrue(back.err().contains(" for 1 steps ("), back.err());
    assertEndsLikeTheStraightRun();
  }

  @Test
  void theOnlyCheckpointIsNotReplacedByOneBefore() throws IOException {
    Files.delete(checkpoints.resolve("step-7.index"));
    Files.writeString(checkpoints.resolve("step-10.index"), "torn");
    Map<String, String> before = contents();
    Refusal.assertRefused(() -> begun(new ByteArrayOutputStream()), "No other checkpoint is in");
    assertEquals(before, contents());
  }

  @Test
  void theHistoryOfLostCheckpointsForbidsToBeginAgain() throws IOException {
    AtomicFile.delete(checkpoints);
    Files.delete(run.resolve("metrics.jsonl"));
    assertRefused("but " + run.resolve("history.jsonl") + " says that step 10 was saved");
  }

  @Test
  void theTimeOfALostLogIsKnownToTheHistory() throws IOException {
    double known = new RunHistory(run.resolve("history.jsonl")).lastNumber("seconds").orElseThrow();
    assertTrue(known > 0);
    Files.delete(run.resolve("metrics.jsonl"));
    CommandRun resumed = CommandRun.done("train", "--run", run, "--resume");
    assertTrue(
        resumed.err().contains("has no lines up to step 10; its seconds go on"), resumed.err());
    assertTrue(
        MetricsLog.read(run.resolve("metrics.jsonl")).get(0).getOrDefault("seconds", 0.0) > known);
  }

  @Test
  void damagedLinesOfTheLogAreCounted() throws IOException {
    Path metrics = run.resolve("metrics.jsonl");
    List<String> lines = new ArrayList<>(Files.readAllLines(metrics));
    lines.set(3, "{\"step\":99999999999999999999}");
    lines.set(4, "{\"step\":5,\"seconds\":1.2.3}");
    Files.write(metrics, lines);
    CommandRun resumed = CommandRun.done("train", "--run", run, "--resume");
    assertTrue(resumed.err().contains("lines that are damaged were left out: 1"), resumed.err());
    assertEquals(18, Files.readAllLines(metrics).size());
  }

  @Test
  void aLostProgramIsBuiltAgainByTheSameVersionOnly() throws IOException {
    AtomicFile.delete(run.resolve("program"));
    CommandRun sample =
        CommandRun.of("sample", "--run", run, "--count", 1, "--output", run.resolve("a.png"));
    assertEquals(ExitCode.BAD_INPUT, sample.code(), sample.err());
    assertTrue(sample.err().contains("program: missing; couplet train --run "), sample.err());
    Path version = run.resolve("couplet_version");
    String made = Files.readString(version);
    Files.writeString(version, "couplet 0.0.1 (commit 1234567)\n");
    CommandRun refused = CommandRun.of("train", "--run", run, "--resume");
    assertEquals(ExitCode.BAD_INPUT, refused.code(), refused.err());
    assertTrue(refused.err().contains("made by couplet 0.0.1 (commit 1234567)"), refused.err());
    Files.writeString(version, made);
    assertEndsLikeTheStraightRun();
  }

  @Test
  void aSaveKilledBetweenItsRenamesIsFinished() throws IOException {
    Files.move(checkpoints.resolve("step-10.index"), checkpoints.resolve(".partial.index"));
    Files.writeString(list, "model_checkpoint_path: \"step-7\"");
    assertEquals(10, begun(new ByteArrayOutputStream()));
    assertEndsLikeTheStraightRun();
  }

  @Test
  void aFirstSaveKilledBetweenItsRenamesIsFinished() throws IOException {
    Files.move(checkpoints.resolve("step-7.index"), checkpoints.resolve(".partial.index"));
    Files.delete(checkpoints.resolve("step-10.index"));
    Files.delete(checkpoints.resolve("step-10" + DATA));
    Files.delete(list);
    assertEquals(7, begun(new ByteArrayOutputStream()));
    assertEndsLikeTheStraightRun();
  }

  @ParameterizedTest
  @ValueSource(strings = {DATA, INDEX, "LIST"})
  void tracesOfLostCheckpointsForbidToBeginAgain(String left) throws IOException {
    Path trace = left.equals("LIST") ? list : checkpoints.resolve("step-10" + left);
    try (var files = Files.list(checkpoints)) {
      for (Path file : files.filter(file -> !file.equals(trace)).toList()) {
        Files.delete(file);
      }
    }
    Files.delete(run.resolve("metrics.jsonl"));
    assertRefused("no complete checkpoint is left, but " + trace + " is there");
  }

  @Test
  void metricsOfLostCheckpointsForbidToBeginAgain() throws IOException {
    AtomicFile.delete(checkpoints);
    assertRefused("but " + run.resolve("metrics.jsonl") + " goes to step 10");
    // Neither does a run begin that has lost its config, too.
    Files.delete(run.resolve("config.textproto"));
    Map<String, String> before = contents();
    CommandRun refused =
        CommandRun.of(
            "train", "--config", shared.resolve("experiment.textproto"), "--run", run, "--resume");
    assertEquals(ExitCode.BAD_INPUT, refused.code(), refused.err());
    assertTrue(refused.err().contains("goes to step 10"), refused.err());
    assertEquals(before, contents());
  }

  @Test
  void aRunWithAParentHasACheckpointFromItsFirstStepOn() throws IOException {
    AtomicFile.delete(checkpoints);
    Files.writeString(run.resolve("metrics.jsonl"), "{\"step\":5,\"loss\":1.0}\n");
    Path config = run.resolve("config.textproto");
    Files.writeString(
        config,
        Files.readString(config)
            .replaceFirst("start_from: \"\"", "start_from: \"" + shared.resolve("half") + "\""));
    assertRefused("goes to step 5");
  }

  @Test
  void readersFindTheSameCheckpoint() throws IOException {
    Files.writeString(list, "");
    Path best = run.resolve("best");
    Files.createDirectory(best);
    for (String suffix : List.of(DATA, INDEX)) {
      Files.copy(checkpoints.resolve("step-7" + suffix), best.resolve("step-7" + suffix));
    }
    assertEquals(checkpoints.resolve("step-10"), new RunFolder(run).newestCheckpoint());
    assertEquals(best.resolve("step-7"), new RunFolder(run).bestCheckpoint());
    CommandRun export =
        CommandRun.done("export", "--run", run, "--output", shared.resolve("export"));
    assertTrue(export.out().contains("at step-10 written"), export.out());

    Files.delete(checkpoints.resolve("step-10.index"));
    assertEquals(checkpoints.resolve("step-7"), new RunFolder(run).newestCheckpoint());
    assertEquals(List.of(7L), new Checkpoints(checkpoints, 1).completed());
  }

  @Test
  void readersNameATornCheckpoint() throws IOException {
    Files.writeString(checkpoints.resolve("step-10.index"), "torn");
    CommandRun refused =
        CommandRun.of("sample", "--run", run, "--count", 1, "--output", run.resolve("a.png"));
    assertEquals(ExitCode.BAD_INPUT, refused.code(), refused.err());
    assertTrue(refused.err().contains("step-10: this checkpoint is damaged"), refused.err());
  }

  // Begins a session that is interrupted before its first step: the run is as it was.
  private String goesOnFrom(long step) throws IOException {
    Map<String, String> before = contents();
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    assertEquals(step, begun(said));
    assertEquals(before, contents());
    return said.toString(StandardCharsets.UTF_8);
  }

  private long begun(ByteArrayOutputStream said) throws IOException {
    RunFolder folder = new RunFolder(run);
    return new Training(
            Session.of(ExperimentFile.load(folder.config(), List.of())),
            folder,
            new Unchecked(),
            new PrintStream(said, true, StandardCharsets.UTF_8),
            () -> true,
            Optional.empty())
        .run(20);
  }

  private void assertRefused(String words) throws IOException {
    Map<String, String> before = contents();
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    InvalidInputException refused = assertThrows(InvalidInputException.class, () -> begun(said));
    String message = String.valueOf(refused.getMessage());
    assertTrue(message.contains(words), message);
    assertTrue(message.contains("remove " + run + " to begin again at step 0"), message);
    assertEquals(before, contents());
    assertEquals(ExitCode.BAD_INPUT, CommandRun.of("train", "--run", run, "--resume").code());
    assertEquals(before, contents());
  }

  private void assertEndsLikeTheStraightRun() throws IOException {
    CommandRun resumed = CommandRun.done("train", "--run", run, "--resume");
    Path straight = shared.resolve("straight");
    assertEquals(
        Optional.empty(),
        SavedVariables.firstDifference(
            SavedVariables.ofRun(straight, 20), SavedVariables.ofRun(run, 20)),
        resumed.err());
    assertEquals(timelessMetrics(straight), timelessMetrics(run));
    // Old, torn and partial ones are gone; the list is whole again.
    List<Long> kept = new Checkpoints(checkpoints, 3).completed();
    assertEquals(3, kept.size());
    assertEquals(List.of(14L, 20L), kept.subList(1, 3));
    Set<String> names = new TreeSet<>(Set.of("checkpoint"));
    kept.forEach(step -> names.addAll(Set.of("step-" + step + DATA, "step-" + step + INDEX)));
    try (var files = Files.list(checkpoints)) {
      assertEquals(
          names, new TreeSet<>(files.map(file -> String.valueOf(file.getFileName())).toList()));
    }
    String text = Files.readString(list);
    assertTrue(text.startsWith("model_checkpoint_path: \"step-20\"\n"), text);
    assertEquals(4, text.lines().count());
  }

  // Time is all that may differ.
  private static List<String> timelessMetrics(Path run) throws IOException {
    return Files.readAllLines(run.resolve("metrics.jsonl")).stream()
        .map(line -> line.replaceAll("\"(\\w*seconds\\w*|images_per_second)\":[^,}]*", "\"$1\":0"))
        .toList();
  }

  // But for the lock, which has no content.
  private Map<String, String> contents() throws IOException {
    return FolderContents.of(run);
  }
}
