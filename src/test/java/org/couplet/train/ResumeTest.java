package org.couplet.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.couplet.CommandRun;
import org.couplet.SavedVariables;
import org.couplet.SmallExperiments;
import org.couplet.cli.Cli;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A run that stops and goes on is the run that never stopped, bit for bit. */
class ResumeTest {
  private final Path folder;

  ResumeTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @ParameterizedTest
  @CsvSource({
    "gaussians, adam, false",
    "gaussians, lion, true",
    "gaussians, radam, false",
    "unet, adam, false",
    "unet, lion, false"
  })
  void resumedRunEqualsStraightRun(String name, String optimizer, boolean xla) throws IOException {
    Path config = SmallExperiments.write(folder, experiment(name));
    Path straight = folder.resolve("straight");
    Path resumed = folder.resolve("resumed");
    String[] changes = {
      "--set", "optimizer." + optimizer + "={}", "--set", "runtime.xla=" + xla,
    };
    CommandRun.done(
        "train",
        "--config",
        config,
        "--run",
        straight,
        changes[0],
        changes[1],
        changes[2],
        changes[3]);
    CommandRun.done(
        "train",
        "--config",
        config,
        "--run",
        resumed,
        "--steps",
        10,
        changes[0],
        changes[1],
        changes[2],
        changes[3]);
    assertEquals(Optional.empty(), latest(resumed).filter(path -> !path.endsWith("step-10")));
    CommandRun.done("train", "--run", resumed, "--resume");

    assertEquals(
        Optional.empty(),
        SavedVariables.firstDifference(
            SavedVariables.ofRun(straight, 20), SavedVariables.ofRun(resumed, 20)));
    for (String suffix : List.of(".index", ".data-00000-of-00001")) {
      assertArrayEquals(
          Files.readAllBytes(straight.resolve("checkpoints/step-20" + suffix)),
          Files.readAllBytes(resumed.resolve("checkpoints/step-20" + suffix)));
    }
    assertEquals(timelessMetrics(straight), timelessMetrics(resumed));
    assertEquals(4, timelessMetrics(straight).size());
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
    // More than the schedules span is refused; the run's own end is not.
    assertEquals(
        Cli.BAD_INPUT, CommandRun.of("train", "--run", run, "--resume", "--steps", 21).code());
    CommandRun.done("train", "--run", run, "--resume", "--steps", 20);
    assertTrue(latest(run).orElseThrow().endsWith("step-20"));
    // A finished run has nothing left to do.
    CommandRun.done("train", "--run", run, "--resume");
    assertEquals(20, SavedVariables.get(SavedVariables.ofRun(run, 20), "step")[0]);
  }

  private static String experiment(String name) {
    return name.equals("unet") ? SmallExperiments.UNET : SmallExperiments.GAUSSIANS;
  }

  private static Optional<Path> latest(Path run) throws IOException {
    return new Checkpoints(new RunFolder(run).checkpoints(), 1).latest();
  }

  // Time is all that may differ.
  private static List<String> timelessMetrics(Path run) throws IOException {
    return Files.readAllLines(new RunFolder(run).metrics()).stream()
        .map(line -> line.replaceAll("\"(seconds|images_per_second)\":[^,}]*", "\"$1\":0"))
        .toList();
  }
}
