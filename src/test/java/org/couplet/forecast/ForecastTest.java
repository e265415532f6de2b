package org.couplet.forecast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.couplet.CommandRun;
import org.couplet.Refusal;
import org.couplet.SmallExperiments;
import org.couplet.command.ExitCode;
import org.couplet.config.ExperimentFile;
import org.couplet.npy.NpyWriter;
import org.couplet.run.RunFolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.ndarray.Shape;

class ForecastTest {
  @TempDir private Path folder = Path.of("");

  private static Forecast forecast(double stepSeconds, double memory) {
    return new Forecast(1, memory, 8e9, 16e9, OptionalDouble.of(stepSeconds), false);
  }

  @ParameterizedTest
  @CsvSource({
    "PT20S, 1 min",
    "PT89M, 89 min",
    "PT100M, 2 hours",
    "PT47H, 47 hours",
    "PT60H, 2.5 days",
    "PT16404H, 680 days"
  })
  void guessesHaveOneUnit(String duration, String words) {
    assertEquals(words, Forecast.rough(Duration.parse(duration)));
  }

  @Test
  void moreThanAWeekIsWarnedOf() {
    long week = 7 * 24 * 3600;
    assertEquals(List.of(), forecast(1, 1e9).warnings(week));
    List<String> warnings = forecast(1, 1e9).warnings(week + 10);
    assertEquals(1, warnings.size());
    assertTrue(warnings.get(0).contains("more than a week"), warnings.get(0));
  }

  @Test
  void moreMemoryThanIsFreeIsWarnedOf() {
    assertTrue(forecast(1, 9e9).warnings(1).get(0).contains("9.0 GB of memory, and 8.0 GB"));
  }

  @Test
  void fewImagesAreWarnedOf() throws IOException {
    assertEquals(
        List.of(
            "warning: 12 images are few: a model learns to copy them rather than to make new ones;"
                + " some thousand are usual"),
        warnings(12));
    assertEquals(List.of(), warnings(1000));
  }

  private List<String> warnings(int images) throws IOException {
    Path file = folder.resolve(images + ".npy");
    try (NpyWriter writer = new NpyWriter(file, Shape.of(8, 8, 3))) {
      for (int image = 0; image < images; image++) {
        writer.write(new byte[8 * 8 * 3]);
      }
    }
    String text =
        SmallExperiments.UNET.replaceFirst(
            "procedural \\{.*?\\}", "image_file { path: '%s' resolution: 8 }".formatted(file));
    return forecast(1, 1e9).warnings(ExperimentFile.parse("test", text, List.of()), 10);
  }

  @Test
  void aRunThatWasBegunKnowsItsSpeed() throws IOException {
    Files.writeString(folder.resolve("metrics.jsonl"), "{\"step\":5,\"images_per_second\":16.0}\n");
    Forecast forecast =
        Forecast.of(
            ExperimentFile.parse("test", SmallExperiments.GAUSSIANS, List.of()),
            new RunFolder(folder),
            4);
    // 32 rows a step, of all processes.
    assertEquals(OptionalDouble.of(2), forecast.stepSeconds());
    assertEquals(
        "about 1 min 40 s for 50 steps (2 s a step, as measured in this run)", forecast.time(50));
  }

  @Test
  void processesShareTheBatch() throws IOException {
    var experiment = ExperimentFile.parse("test", SmallExperiments.UNET, List.of());
    Forecast whole = Forecast.of(experiment, new RunFolder(folder), 1);
    Forecast half = Forecast.of(experiment, new RunFolder(folder), 2);
    assertEquals(whole.gigaflop(), 2 * half.gigaflop(), 1e-9);
    assertTrue(half.memoryBytes() < whole.memoryBytes(), half.toString());
  }

  @Test
  void aDryRunGoesOnWithoutWhatIsMissing() throws IOException {
    Path config =
        SmallExperiments.write(
            folder,
            SmallExperiments.UNET.replaceFirst(
                "procedural \\{.*?\\}", "image_file { path: 'absent.npy' resolution: 8 }"));
    Path parent = folder.resolve("parent");
    CommandRun dry =
        CommandRun.done(
            "train",
            "--config",
            config,
            "--run",
            folder.resolve("run"),
            "--set",
            "run.start_from=" + parent,
            "--dry-run");
    List<String> missing =
        dry.out().lines().filter(line -> line.startsWith("# missing: ")).toList();
    assertEquals(2, missing.size(), dry.out());
    assertTrue(missing.get(0).startsWith("# missing: absent.npy: no such file; make it: couplet"));
    assertTrue(missing.get(1).contains(parent + ": no run is there; train it first"));
    assertTrue(dry.out().contains("# time: about "), dry.out());
    assertTrue(Files.notExists(folder.resolve("run")));
  }

  @Test
  void aDryRunRefusesImagesOfAnotherSize() throws IOException {
    Path images = folder.resolve("images.npy");
    try (var writer = new NpyWriter(images, Shape.of(4, 4, 3))) {
      writer.write(new byte[48]);
    }
    Path config =
        SmallExperiments.write(
            folder,
            SmallExperiments.UNET.replaceFirst(
                "procedural \\{.*?\\}", "image_file { path: 'absent.npy' resolution: 8 }"));
    CommandRun refused =
        CommandRun.of(
            "train",
            "--config",
            config,
            "--data",
            images,
            "--run",
            folder.resolve("r"),
            "--dry-run");
    assertEquals(ExitCode.BAD_INPUT, refused.code(), refused.toString());
    assertTrue(refused.err().contains("images of 4 x 4"), refused.err());
  }

  @Test
  void onlyMemoryThatNoMachineOfThisSizeHasIsRefused() {
    forecast(1, 40e9).requireMemory();
    Refusal.assertRefused(
        () -> forecast(1, 49e9).requireMemory(),
        "run.batch_size: the training needs about 49.0 GB of memory, and this machine has 16.0 GB");
  }

  @Test
  void aBatchThatNoMachineHoldsIsRefusedBeforeAnyWork() {
    Object[] train =
        ("train --config configs/quickstart.textproto --set run.batch_size=200000000"
                + " --set consistency.coupling.independent={} --run "
                + folder.resolve("run"))
            .split(" ", -1);
    CommandRun refused = CommandRun.of(train);
    assertEquals(ExitCode.BAD_INPUT, refused.code(), refused.err());
    assertTrue(refused.err().contains("run.batch_size: the training needs"), refused.err());
    // A dry run shows the rest, too.
    CommandRun dry =
        CommandRun.done(Stream.concat(Stream.of(train), Stream.of("--dry-run")).toArray());
    assertTrue(dry.out().contains("# network: "), dry.out());
    assertTrue(
        dry.out().contains("# too large for this machine: run.batch_size: the training needs"),
        dry.out());
    assertTrue(Files.notExists(folder.resolve("run")));
  }
}
