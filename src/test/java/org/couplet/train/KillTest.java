package org.couplet.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.couplet.CommandProcess;
import org.couplet.CommandRun;
import org.couplet.SavedVariables;
import org.couplet.SmallExperiments;
import org.couplet.report.Json;
import org.couplet.run.Checkpoints;
import org.couplet.run.RunFolder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Training in a process of its own that is killed: the run goes on as if it had not been. */
@Tag("long")
class KillTest {
  private static final int KILLS = Integer.getInteger("couplet.kills", 3);
  private static final long STEPS_PER_KILL = 60L;
  private static final int LONGEST_START_MILLIS = 3000;
  private static final int LONGEST_WORK_MILLIS = 80;
  private static final long TIMEOUT_SECONDS = 120;

  private final Path folder;
  private final Path config;
  private final Path run;
  private final Path output;
  private final List<Process> started = new ArrayList<>();

  KillTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    this.config = SmallExperiments.write(folder, SmallExperiments.GAUSSIANS);
    this.run = folder.resolve("run");
    this.output = folder.resolve("output.txt");
  }

  @AfterEach
  void leaveNoProcess() throws InterruptedException {
    for (Process process : started) {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void runKilledAtAnyMomentEqualsStraightRun() throws Exception {
    // Every third step is saved, every fourth drawn, each logged: many moments are in a write.
    String[] settings = {
      "--set", "run.steps=" + (KILLS + 1) * STEPS_PER_KILL,
      "--set", "run.checkpoint_every=3",
      "--set", "run.log_every=1",
      "--set", "evaluation.sample_every=4",
      "--set", "evaluation.sample_count=4",
    };
    Random random = new Random(20261123);
    for (int kill = 0; kill < KILLS; kill++) {
      Process process = train(settings);
      killAtARandomMoment(process, kill, random);
    }
    assertEquals(0, exitCode(train(settings)), this::said);

    Path straight = folder.resolve("straight");
    Object[] arguments = arguments(straight, settings).toArray();
    CommandRun.done(arguments);
    long last = newest();
    assertEquals((KILLS + 1) * STEPS_PER_KILL, last);
    assertEquals(
        Optional.empty(),
        SavedVariables.firstDifference(
            SavedVariables.ofRun(straight, last), SavedVariables.ofRun(run, last)));
    assertEquals(timelessMetrics(straight), timelessMetrics(run));
    assertEquals(names(straight.resolve("checkpoints")), names(run.resolve("checkpoints")));
    assertEquals(names(straight.resolve("samples")), names(run.resolve("samples")));
    for (String picture : names(straight.resolve("samples"))) {
      assertArrayEquals(
          Files.readAllBytes(straight.resolve("samples").resolve(picture)),
          Files.readAllBytes(run.resolve("samples").resolve(picture)),
          picture);
    }
  }

  // Every third while it starts, the others after a checkpoint.
  private void killAtARandomMoment(Process process, int kill, Random random) throws Exception {
    if (kill % 3 == 0) {
      Thread.sleep(random.nextInt(LONGEST_START_MILLIS));
    } else {
      long before = newest();
      waitFor(process, () -> newest() > before);
      Thread.sleep(random.nextInt(LONGEST_WORK_MILLIS));
    }
    assertTrue(process.isAlive(), () -> "ended before its kill:\n" + said());
    process.destroyForcibly().waitFor();
  }

  // The history alone must say how the run came about: a run that follows it is the same.
  @Test
  void runKilledWhileItsSettingsChangeEqualsItsHistory() throws Exception {
    Random random = new Random(20261127);
    for (int kill = 0; kill < KILLS; kill++) {
      killAtARandomMoment(start(changing(run, kill, 1_000_000 + kill)), kill, random);
    }
    long last = newest() + STEPS_PER_KILL;
    assertEquals(0, exitCode(start(changing(run, KILLS, last))), this::said);
    assertEquals(last, newest());
    assertEquals(kept(KILLS), checkpoints().size());
    Path replayed = replay(last);
    assertEquals(
        Optional.empty(),
        SavedVariables.firstDifference(
            SavedVariables.ofRun(replayed, last), SavedVariables.ofRun(run, last)));
    assertEquals(timelessMetrics(replayed), timelessMetrics(run));
  }

  private static int kept(int session) {
    return 2 + session % 3;
  }

  // Each session has another rate and another length, keeps more or fewer checkpoints, and goes
  // back to the oldest one.
  private List<String> changing(Path target, int session, long steps) throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("train", "--run", target.toString(), "--resume"));
    if (!new RunFolder(target).isBegun()) {
      arguments.addAll(List.of("--config", config.toString()));
      arguments.addAll(List.of("--set", "run.checkpoint_every=3", "--set", "run.log_every=1"));
    }
    double rate = 1e-3 / (1 + session);
    arguments.addAll(List.of("--set", "run.steps=" + steps));
    arguments.addAll(List.of("--set", "optimizer.learning_rate=" + rate));
    arguments.addAll(List.of("--set", "run.keep_checkpoints=" + kept(session)));
    for (long oldest : checkpoints().stream().limit(1).toList()) {
      arguments.addAll(List.of("--checkpoint", String.valueOf(oldest)));
    }
    return arguments;
  }

  private Path replay(long last) throws IOException {
    List<JsonObject> sessions = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("history.jsonl"))) {
      sessions.add(Json.GSON.fromJson(line, JsonObject.class));
    }
    RunFolder replayed = new RunFolder(folder.resolve("replayed"));
    Path settings = folder.resolve("settings.textproto");
    for (int i = 0; i < sessions.size(); i++) {
      if (sessions.get(i).has("config")) {
        Files.writeString(settings, sessions.get(i).get("config").getAsString());
      }
      // What a later session goes through again does not count.
      long end =
          sessions.stream()
              .skip(i + 1)
              .mapToLong(session -> session.get("step").getAsLong())
              .reduce(last, Math::min);
      if (end <= sessions.get(i).get("step").getAsLong()) {
        continue;
      }
      List<Object> train = new ArrayList<>(List.of("train", "--run", replayed.root(), "--resume"));
      if (replayed.isBegun()) {
        Files.copy(settings, replayed.config(), StandardCopyOption.REPLACE_EXISTING);
      } else {
        train.addAll(List.of("--config", settings));
      }
      train.addAll(List.of("--steps", end));
      CommandRun.done(train.toArray());
    }
    return replayed.root();
  }

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 130"})
  void politeSignalSavesTheStepAndEnds(String signal, int code) throws Exception {
    assumeFalse(
        signal.equals("INT") && interruptsAreIgnored(), "started with nohup or in a script");
    String[] settings = {
      "--set",
      "run.steps=1000000",
      "--set",
      "run.checkpoint_every=1000000",
      "--set",
      "run.log_every=1",
    };
    Process process = train(settings);
    waitFor(process, () -> Files.exists(run.resolve("metrics.jsonl")) && lines() > 3);
    CommandProcess.signal(signal, process);
    assertEquals(code, exitCode(process), this::said);

    long step = newest();
    assertTrue(step > 3, "saved at step " + step);
    assertTrue(said().contains("interrupted after step " + step + "; continue with: "), said());
    assertEquals(step, lines());
    CommandRun.done("train", "--run", run, "--resume", "--steps", step + 5);
    Path straight = folder.resolve("straight");
    List<String> arguments = arguments(straight, settings);
    arguments.addAll(List.of("--steps", String.valueOf(step + 5)));
    CommandRun.done(arguments.toArray());
    assertEquals(
        Optional.empty(),
        SavedVariables.firstDifference(
            SavedVariables.ofRun(straight, step + 5), SavedVariables.ofRun(run, step + 5)));
  }

  private List<String> arguments(Path target, String... settings) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "train", "--config", config.toString(), "--run", target.toString(), "--resume"));
    arguments.addAll(List.of(settings));
    return arguments;
  }

  private Process train(String... settings) throws IOException {
    return start(arguments(run, settings));
  }

  private Process start(List<String> arguments) throws IOException {
    Process process = CommandProcess.start(output, Map.of(), arguments.toArray());
    started.add(process);
    return process;
  }

  private void waitFor(Process process, BooleanSupplier event) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
    while (!event.getAsBoolean()) {
      assertTrue(process.isAlive(), () -> "ended too early:\n" + said());
      assertTrue(System.nanoTime() < end, () -> "nothing happens:\n" + said());
      Thread.sleep(1);
    }
  }

  private int exitCode(Process process) throws InterruptedException {
    assertTrue(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS), () -> "hangs:\n" + said());
    return process.exitValue();
  }

  private List<Long> checkpoints() throws IOException {
    return new Checkpoints(run.resolve("checkpoints"), 1).completed();
  }

  /** The step of the newest checkpoint; 0 if there is none. */
  private long newest() {
    try {
      return new Checkpoints(run.resolve("checkpoints"), 1)
          .latest()
          .map(path -> Long.parseLong(path.toString().replaceAll(".*step-", "")))
          .orElse(0L);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private long lines() {
    try (var lines = Files.lines(run.resolve("metrics.jsonl"))) {
      return lines.count();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private String said() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  // A shell that starts a job in the background has it ignore interrupts, and its children too.
  private static boolean interruptsAreIgnored() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
  }

  // What a killed process was writing may be left for an hour (AtomicFile).
  private static List<String> names(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> !name.matches("\\..+\\.partial"))
          .sorted()
          .toList();
    }
  }

  // Time is all that may differ.
  private static List<String> timelessMetrics(Path run) throws IOException {
    return Files.readAllLines(run.resolve("metrics.jsonl")).stream()
        .map(line -> line.replaceAll("\"(\\w*seconds\\w*|images_per_second)\":[^,}]*", "\"$1\":0"))
        .toList();
  }
}
