package org.couplet.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.couplet.CommandProcess;
import org.couplet.CommandRun;
import org.couplet.SavedVariables;
import org.couplet.SmallExperiments;
import org.couplet.run.Checkpoints;
import org.couplet.run.RunFolder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A run that stops and goes on is the run that never stopped, bit for bit. */
@Tag("long")
class ResumeTest {
  private final Path folder;

  ResumeTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @ParameterizedTest
  @CsvSource({
    "gaussians, adam, OFF",
    "gaussians, lion, STEP",
    "gaussians, radam, OFF",
    "flat unet, adam, POINTWISE",
    "unet, lion, OFF",
    "wide unet, lion, WINOGRAD",
    "score, adam, OFF",
    "distillation, adam, STEP",
    "tuning, radam, OFF",
    "square root, adamw, OFF",
    "bridge, adam, OFF",
    "exact transport, lion, OFF",
    "sinkhorn transport, adam, OFF"
  })
  void resumedRunEqualsStraightRun(String name, String optimizer, String xla) throws IOException {
    int steps = name.endsWith("unet") ? 4 : 20;
    String text =
        experiment(name)
            .replace("steps: 20", "steps: " + steps)
            .replace("log_every: 5", "log_every: " + steps / 4);
    Path config = SmallExperiments.write(folder, text);
    Path straight = folder.resolve("straight");
    Path resumed = folder.resolve("resumed");
    Path program = folder.resolve("program");
    CommandRun.done(
        "build",
        "--config",
        config,
        "--set",
        "optimizer." + optimizer + "={}",
        "--set",
        "runtime.xla=" + xla,
        "--output",
        program);
    List<Object> command = List.of("train", "--model", program, "--run");
    CommandRun.done(with(command, straight));
    CommandRun.done(with(command, resumed, "--steps", steps / 2));
    assertTrue(latest(resumed).orElseThrow().endsWith("step-" + steps / 2));
    CommandRun.done("train", "--run", resumed, "--resume");

    assertEquals(
        Optional.empty(),
        SavedVariables.firstDifference(
            SavedVariables.ofRun(straight, steps), SavedVariables.ofRun(resumed, steps)));
    for (String suffix : List.of(".index", ".data-00000-of-00001")) {
      assertArrayEquals(
          Files.readAllBytes(straight.resolve("checkpoints/step-" + steps + suffix)),
          Files.readAllBytes(resumed.resolve("checkpoints/step-" + steps + suffix)));
    }
    assertEquals(timelessMetrics(straight), timelessMetrics(resumed));
    assertEquals(4, timelessMetrics(straight).size());
  }

  // In processes of their own: a process has the threads of its first session.
  @Test
  @Timeout(120)
  void resumedRunOfOneThreadEqualsStraightRun() throws IOException, InterruptedException {
    Path config = SmallExperiments.write(folder, experiment("wide unet"));
    Path straight = folder.resolve("straight");
    Path resumed = folder.resolve("resumed");
    List<Object> command =
        List.of(
            "train",
            "--config",
            config,
            "--set",
            "runtime.threads=1",
            "--set",
            "run.steps=4",
            "--run");
    inProcess(with(command, straight));
    inProcess(with(command, resumed, "--steps", 2));
    inProcess("train", "--run", resumed, "--resume");
    assertEquals(
        Optional.empty(),
        SavedVariables.firstDifference(
            SavedVariables.ofRun(straight, 4), SavedVariables.ofRun(resumed, 4)));
  }

  private void inProcess(Object... arguments) throws IOException, InterruptedException {
    Path words = folder.resolve("words");
    Process process = CommandProcess.start(words, Map.of(), arguments);
    try {
      assertEquals(0, process.waitFor(), Files.readString(words));
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void theComparisonSeesAnotherSeed() throws IOException {
    Path config = SmallExperiments.write(folder, SmallExperiments.GAUSSIANS);
    Path one = folder.resolve("one");
    Path other = folder.resolve("other");
    CommandRun.done("train", "--config", config, "--run", one);
    CommandRun.done("train", "--config", config, "--run", other, "--set", "run.seed=4");
    assertTrue(
        SavedVariables.firstDifference(
                SavedVariables.ofRun(one, 20), SavedVariables.ofRun(other, 20))
            .isPresent());
  }

  @Test
  void stepsAreCountedInAllAndEndWithTheRun() throws IOException {
    Path config = SmallExperiments.write(folder, SmallExperiments.GAUSSIANS);
    Path run = folder.resolve("run");
    assertTrue(
        CommandRun.done("train", "--config", config, "--run", run, "--steps", 3)
            .out()
            .contains("3 steps done"));
    CommandRun.done("train", "--run", run, "--resume", "--steps", 5);
    assertTrue(latest(run).orElseThrow().endsWith("step-5"));
    // No step is undone.
    CommandRun.done("train", "--run", run, "--resume", "--steps", 4);
    assertTrue(latest(run).orElseThrow().endsWith("step-5"));
    CommandRun.done("train", "--run", run, "--resume", "--steps", 20);
    assertTrue(latest(run).orElseThrow().endsWith("step-20"));
    // A finished run has nothing left to do.
    CommandRun.done("train", "--run", run, "--resume");
    assertEquals(20, SavedVariables.get(SavedVariables.ofRun(run, 20), "step")[0]);
  }

  private static Object[] with(List<Object> command, Object... more) {
    return Stream.concat(command.stream(), Arrays.stream(more)).toArray();
  }

  private String experiment(String name) throws IOException {
    String points = SmallExperiments.GAUSSIANS;
    return switch (name) {
      case "gaussians" -> points;
      case "unet" -> SmallExperiments.UNET;
      case "flat unet" -> SmallExperiments.FLAT_UNET;
      case "wide unet" ->
          SmallExperiments.independent(SmallExperiments.WIDE_UNET)
              .replace("batch_size: 32", "batch_size: 16");
      case "score" -> SmallExperiments.score(points);
      case "distillation" -> coupled("pf_ode { run: \"%s\" }".formatted(parent()));
      case "tuning" ->
          points
              .replace("exponential { s0: 2 s1: 8 }", "tuning { stages: 3 }")
              .replace("seed: 3", "seed: 3 start_from: \"%s\"".formatted(parent()));
      case "square root" ->
          points.replace(
              "exponential { s0: 2 s1: 8 }",
              "square_root { s1: 8 } } distance { scaled_squared_l2 {}");
      case "bridge" ->
          points
              .replace(
                  "consistency {",
                  "consistency { sigma_min: 0.001 sigma_max: 1 process { bridge { alpha: SIGMA } }"
                      + " noise { two_gaussians {} }")
              .replace("sample_every: 0", "sample_every: 0 gradient_variance_every: 5");
      case "exact transport" -> coupled("batch_ot {}");
      case "sinkhorn transport" -> coupled("batch_ot { sinkhorn {} }");
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static String coupled(String coupling) {
    return SmallExperiments.GAUSSIANS.replace("generator_induced { mu: 0.5 }", coupling);
  }

  // The run of a score model.
  private Path parent() throws IOException {
    Path config =
        SmallExperiments.write(folder, SmallExperiments.score(SmallExperiments.GAUSSIANS));
    Path parent = folder.resolve("parent");
    CommandRun.done("train", "--config", config, "--run", parent, "--steps", 5);
    return parent;
  }

  private static Optional<Path> latest(Path run) throws IOException {
    return new Checkpoints(new RunFolder(run).checkpoints(), 1).latest();
  }

  // Time is all that may differ.
  private static List<String> timelessMetrics(Path run) throws IOException {
    return Files.readAllLines(new RunFolder(run).metrics()).stream()
        .map(line -> line.replaceAll("\"(\\w*seconds\\w*|images_per_second)\":[^,}]*", "\"$1\":0"))
        .toList();
  }
}
