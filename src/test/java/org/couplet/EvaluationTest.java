package org.couplet;

import static org.couplet.Refusal.assertArgumentRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import org.couplet.features.RandomFeaturesAssembly;
import org.couplet.npy.NpyWriter;
import org.couplet.report.Json;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

/** The API's numbers are those of {@code couplet fid}. */
@Tag("long")
class EvaluationTest {
  @TempDir private static Path folder = Path.of("");
  private static Path features = folder;
  private static Path images = folder;
  private static Path run = folder;

  @BeforeAll
  static void prepare() throws IOException {
    features = folder.resolve("features");
    RandomFeaturesAssembly.write(features);
    images = folder.resolve("images.npy");
    Random random = new Random(1);
    try (NpyWriter out = new NpyWriter(images, Shape.of(8, 8, 3))) {
      for (int i = 0; i < 60; i++) {
        byte[] pixels = new byte[8 * 8 * 3];
        random.nextBytes(pixels);
        out.write(pixels);
      }
    }
    run = folder.resolve("run");
    TrainingRun.begin(SmallExperiments.write(folder, SmallExperiments.FLAT_UNET).toString(), run)
        .steps(3)
        .train();
  }

  @Test
  void samplesOfARunAreMeasuredAsByTheCommand() throws IOException {
    Evaluation.Result result =
        Evaluation.of(run, images)
            .features(features)
            .metrics("fid", "precision_recall")
            .count(50)
            .seed(4)
            .sigmas(80, 1)
            .measure();
    JsonObject command =
        Json.GSON.fromJson(
            CommandRun.done(
                    "fid",
                    "--generated",
                    run,
                    "--reference",
                    images,
                    "--inception",
                    features,
                    "--metrics",
                    "fid,precision_recall",
                    "--count",
                    50,
                    "--seed",
                    4,
                    "--sigmas",
                    "80,1",
                    "--json")
                .out(),
            JsonObject.class);
    assertTrue(result.values().keySet().containsAll(Set.of("fid", "precision", "recall")));
    result.values().forEach((name, value) -> assertEquals(command.get(name).getAsDouble(), value));
    assertTrue(result.generated().contains("50 samples"), result.generated());
    assertTrue(result.reference().contains("60 images"), result.reference());
    assertArgumentRefused(() -> result.value("kid"), "'kid'", "fid");
  }

  @Test
  void statisticsNeedNoNetwork() throws IOException {
    Path statistics = folder.resolve("statistics.npz");
    CommandRun.done(
        "fid", "--reference", images, "--inception", features, "--save-stats", statistics);
    assertEquals(0, Evaluation.of(statistics, statistics).measure().value("fid"), 1e-9);
    assertArgumentRefused(() -> Evaluation.of(images, statistics).measure(), "features");
  }

  @Test
  void badInputIsRefused() {
    Path missing = folder.resolve("missing");
    assertTrue(Files.notExists(missing));
    assertArgumentRefused(
        () -> Evaluation.of(missing, images).features(features).measure(),
        "generated",
        missing.toString());
    assertArgumentRefused(
        () -> Evaluation.of(images, run).features(features).measure(), "reference", "is a model");
    assertArgumentRefused(
        () -> Evaluation.of(images, images).features(features).metrics("inception_score").measure(),
        "logits");
    assertArgumentRefused(() -> Evaluation.of(images, images).metrics("psnr"), "'psnr'", "kid");
    assertArgumentRefused(() -> Evaluation.of(run, images).count(1), "at least 2");
  }
}
