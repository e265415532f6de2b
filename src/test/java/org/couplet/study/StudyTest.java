package org.couplet.study;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.couplet.CommandRun;
import org.couplet.SmallExperiments;
import org.couplet.io.AtomicFile;
import org.couplet.report.Table;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The studies as a user calls them, on tiny networks and few steps. */
@Tag("long")
class StudyTest {
  @TempDir private static Path runs = Path.of("");
  @TempDir private Path folder = Path.of("");

  // The shipped Gaussians, but small; the tests share their runs.
  private CommandRun gaussians(String study, Object... more) {
    return gaussiansIn(runs, study, more);
  }

  private CommandRun gaussiansIn(Path runsFolder, String study, Object... more) {
    List<Object> arguments =
        new ArrayList<>(
            List.of("study", study, "--output", folder, "--runs", runsFolder, "--seeds", 1));
    for (String small :
        List.of(
            "network.mlp={depth:1 width:8}",
            "run={steps:100 batch_size:64}",
            "dataset.gaussians.count=500")) {
      arguments.addAll(List.of("--set", small));
    }
    arguments.addAll(Arrays.asList(more));
    return CommandRun.of(arguments.toArray());
  }

  @Test
  void varianceComparesCouplingsInBothSettings() throws IOException {
    CommandRun run = gaussians("variance");
    assertEquals(0, run.code(), run.err());
    Table numbers = Table.read(folder.resolve("variance.csv"));
    // Settings x couplings x measurements.
    assertEquals(2 * 3 * 2, numbers.size());
    assertTrue(Arrays.stream(numbers.numbers("gradient_variance")).allMatch(v -> v > 0));
    Table summary = Table.read(folder.resolve("variance_summary.csv"));
    assertEquals(6, summary.size());
    assertEquals(1, summary.number(0, "over_ic"));
    assertFigure("variance");
  }

  @Test
  void runsAreSharedAndNotRepeated() throws IOException {
    Path own = folder.resolve("own");
    CommandRun first = gaussiansIn(own, "ema");
    assertEquals(0, first.code(), first.err());
    assertTrue(
        first.err().contains("run 2 of 2: gaussians_1m2m_ic, GC(0.5), online weights, seed 0"));
    assertTrue(first.err().contains("left for all"));
    String numbers = Files.readString(folder.resolve("ema.csv"));
    CommandRun again = gaussiansIn(own, "ema");
    assertFalse(again.err().contains("run 1 of"), again.err());
    assertEquals(numbers, Files.readString(folder.resolve("ema.csv")));
    // The averaged one of the two is among mixing's three.
    CommandRun mixing = gaussiansIn(own, "mixing", "--mu", "0.5");
    assertTrue(mixing.err().contains("run 2 of 2"), mixing.err());
  }

  @Test
  void transportCostsOfTheEdmProcessAreTheNoiseAlone() throws IOException {
    gaussians("transport");
    Table numbers = Table.read(folder.resolve("transport.csv"));
    int rows = 0;
    for (int row = 0; row < numbers.size(); row++) {
      if (numbers.text(row, "setting").equals("1m-2m")) {
        double sigma = numbers.number(row, "sigma");
        double expected = 2 * sigma * sigma;
        // 8 batches of 64 points: the mean of 1024 squared normals.
        assertEquals(expected, numbers.number(row, "cost_ic"), 0.2 * expected);
        assertEquals(
            numbers.number(row, "cost_ic"), numbers.number(row, "cost_gc"), 1e-3 * expected + 1e-9);
        rows++;
      }
    }
    assertEquals(30, rows);
    assertFigure("transport");
  }

  @Test
  void trajectoryMeasuresEveryCheckpointAgainstBothFlows() throws IOException {
    CommandRun run = gaussians("trajectory");
    assertEquals(0, run.code(), run.err());
    Table numbers = Table.read(folder.resolve("trajectory.csv"));
    assertTrue(numbers.size() >= 2);
    for (String column : List.of("distance", "distance_to_exact_flow")) {
      assertTrue(Arrays.stream(numbers.numbers(column)).allMatch(d -> d > 0), column);
    }
    assertFigure("trajectory");
  }

  @Test
  void mixingOfPointsMeasuresEachCheckpointOnce() throws IOException {
    CommandRun run = gaussians("mixing", "--mu", "0.5");
    assertEquals(0, run.code(), run.err());
    Table numbers = Table.read(folder.resolve("mixing.csv"));
    assertEquals(3, numbers.size());
    assertEquals("batch-OT", numbers.text(1, "method"));
    assertFigure("mixing");
    int measured = 0;
    try (var paths = Files.list(runs)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        Path cached = path.resolve("measurements/wasserstein-1024.csv");
        measured += Files.exists(cached) ? Table.read(cached).size() : 0;
      }
    }
    assertEquals(3, measured);
    CommandRun again = gaussians("mixing", "--mu", "0.5", "--overwrite");
    assertEquals(0, again.code(), again.err());
    assertFalse(again.err().contains("step 100:"), again.err());
  }

  @Test
  void imagesAreComparedByFeaturesAndSideBySide() throws IOException {
    Path config = SmallExperiments.write(folder, SmallExperiments.FLAT_UNET);
    CommandRun run =
        CommandRun.of(
            "study",
            "ema",
            "--config",
            config,
            "--output",
            folder,
            "--samples",
            20,
            "--set",
            "run.checkpoint_every=10");
    assertEquals(0, run.code(), run.err());
    Table numbers = Table.read(folder.resolve("ema.csv"));
    assertEquals(2 * 2, numbers.size());
    assertTrue(Arrays.stream(numbers.numbers("value")).allMatch(v -> v > 0 && v < 1e4));
    assertFigure("ema");
    List<String> models = new ArrayList<>();
    try (var paths = Files.list(folder.resolve("runs"))) {
      paths.forEach(path -> models.add(path.toString()));
    }
    CommandRun samples =
        CommandRun.of("study", "samples", "--models", String.join(",", models), "--output", folder);
    assertEquals(0, samples.code(), samples.err());
    assertTrue(ImageIO.read(folder.resolve("samples.png").toFile()).getWidth() > 100);
    CommandRun.done("study", "compare", "--models", String.join(",", models), "--output", folder);
    assertArrayEquals(
        Files.readAllBytes(folder.resolve("samples.png")),
        Files.readAllBytes(folder.resolve("compare.png")));
  }

  // A network that says nearly 0 makes f(x, sigma) = c_skip x: what it leaves of noise is known.
  @Test
  void diagnosisFindsTheNoiseThatIsLeft() throws IOException {
    Path run = folder.resolve("run");
    CommandRun.done(
        "train",
        "--config",
        SmallExperiments.write(folder, SmallExperiments.independent(SmallExperiments.FLAT_UNET)),
        "--run",
        run,
        "--steps",
        1,
        "--set",
        "optimizer.learning_rate=1e-9");
    CommandRun.done("study", "diagnosis", "--models", run, "--output", folder);
    Table numbers = Table.read(folder.resolve("diagnosis.csv"));
    assertEquals(2, numbers.size());
    for (int row = 0; row < numbers.size(); row++) {
      double sigma = numbers.number(row, "sigma");
      double skip = 0.25 / ((sigma - 0.002) * (sigma - 0.002) + 0.25);
      // Data and noise are not quite across each other in 256 rows.
      assertEquals(skip * sigma, numbers.number(row, "noise_left"), 0.02, "sigma " + sigma);
      assertEquals(skip * sigma, numbers.number(row, "target_noise_ic"), 0.02, "sigma " + sigma);
      assertEquals(
          skip * (skip + 1) * sigma,
          numbers.number(row, "target_noise_gc"),
          0.02,
          "sigma " + sigma);
      // Of data of 8 x 8 pixels no other is as near as x_hat of almost no noise.
      assertTrue(numbers.number(row, "nearest_other") > numbers.number(0, "nearest"));
      assertTrue(numbers.number(row, "gradient_variance_ic") > 0);
      assertTrue(numbers.number(row, "nearest") < numbers.number(row, "error") * 1.0001);
    }
    assertEquals(0.002, numbers.number(0, "sigma"), 1e-9);
    assertEquals(0.002, numbers.number(0, "error"), 1e-4);
    assertFigure("diagnosis");
    assertRefused(
        "--checkpoints: " + run + " has none of step 3; it has those of 1",
        "study",
        "diagnosis",
        "--overwrite",
        "--models",
        run,
        "--checkpoints",
        "1,3");
    AtomicFile.delete(run.resolve("checkpoints"));
    assertRefused("has no checkpoint yet", "study", "diagnosis", "--overwrite", "--models", run);
  }

  @Test
  void mistakesAreOneLineAndCodeTwo() {
    assertRefused("there is no study 'varience'; did you mean variance?", "study", "varience");
    assertRefused("there is no study 'xyz'; there are variance, ", "study", "xyz");
    assertRefused("name a study: variance, transport, ", "study");
    assertRefused(
        "the study's name comes first: couplet study ema --steps 1",
        "study",
        "--steps",
        "1",
        "ema");
    assertRefused("--mu: makes no difference to the study ema", "study", "ema", "--mu", "0.5");
    assertRefused(
        "--seeds: makes no difference to the study compare",
        "study",
        "compare",
        "--models",
        "a",
        "--seeds",
        "3");
    assertRefused("--models is missing", "study", "samples");
    assertRefused(
        "no/such is not the folder of a run; diagnosis needs checkpoints; there is no folder no",
        "study",
        "diagnosis",
        "--models",
        "no/such");
    assertRefused("no/such: no run is there; there is", "study", "progress", "--run", "no/such");
    assertRefused("--models is missing", "study", "diagnosis");
    assertRefused("no/such: no run or export is there", "study", "samples", "--models", "no/such");
    assertRefused("--models: '' is not the folder of", "study", "samples", "--models", "a,");
    assertRefused("--mu: '2' is not a mixing factor", "study", "mixing", "--mu", "0.5,2");
    assertRefused("no.textproto: no such file", "study", "ema", "--config", "no.textproto");
    assertRefused("--gaussians goes with", "study", "ema", "--gaussians");
    assertRefused(
        "give either --config or --gaussians", "study", "all", "--gaussians", "--config", "x");
    assertRefused("table 1 compares processes on images", "study", "components");
    assertRefused(
        "is a score model; a study varies a consistency model",
        "study",
        "ema",
        "--config",
        "configs/gaussians_1m2m_score.textproto");
    assertRefused(
        "is a consistency model; --score-config needs",
        "study",
        "trajectory",
        "--score-config",
        "configs/gaussians_1m2m_ic.textproto");
    assertRefused(
        "a score model's flow is that of consistency.process variance_exploding",
        "study",
        "trajectory",
        "--config",
        "configs/gaussians_2m2m_ic.textproto");
    assertRefused(
        "--score-config is missing: name a score model of the images",
        "study",
        "trajectory",
        "--config",
        "configs/quickstart.textproto");
    assertRefused(
        "no feature network is there",
        "study",
        "ema",
        "--config",
        "configs/quickstart.textproto",
        "--features",
        "no/such");
  }

  @Test
  void aFolderOfTheUsersIsNoPlaceForTheFeatureNetwork() throws IOException {
    Path own = Files.createDirectory(folder.resolve("random_features")).resolve("notes.txt");
    Files.writeString(own, "");
    assertRefused(
        "random_features: holds notes.txt, which this command does not write",
        "study",
        "ema",
        "--config",
        "configs/quickstart.textproto");
    assertTrue(Files.exists(own));
  }

  private void assertRefused(String message, Object... arguments) {
    List<Object> all = new ArrayList<>(Arrays.asList(arguments));
    all.addAll(List.of("--output", folder));
    CommandRun run = CommandRun.of(all.toArray());
    assertEquals(2, run.code());
    String last = run.err().strip().lines().reduce((a, b) -> b).orElse("");
    assertTrue(last.startsWith("couplet study: ") && last.contains(message), run.err());
  }

  private void assertFigure(String name) throws IOException {
    assertTrue(ImageIO.read(folder.resolve(name + ".png").toFile()).getWidth() > 500);
    assertTrue(Files.readString(folder.resolve(name + ".svg")).contains("<svg"));
  }
}
