package org.couplet.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.couplet.CommandRun;
import org.couplet.FolderContents;
import org.couplet.SmallExperiments;
import org.couplet.command.ExitCode;
import org.couplet.config.ExperimentFile;
import org.couplet.data.ProceduralImages;
import org.couplet.features.RandomFeaturesAssembly;
import org.couplet.io.AtomicFile;
import org.couplet.npy.NpyWriter;
import org.couplet.report.Json;
import org.couplet.report.MetricsLog;
import org.couplet.run.Checkpoints;
import org.couplet.run.RunFolder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TUint8;

/** The FID that a run measures as it trains. */
@Tag("long")
class FidTrainingTest {
  @TempDir private static Path shared = Path.of("");
  private static Path features = shared;
  private static Path config = shared;
  private static Path run = shared;
  private static CommandRun trained = new CommandRun(0, "", "");
  private static Path half = shared;
  private static CommandRun halfTrained = trained;

  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void train() throws IOException {
    features = shared.resolve("features");
    RandomFeaturesAssembly.write(features);
    config =
        SmallExperiments.write(
            shared,
            SmallExperiments.independent(SmallExperiments.FLAT_UNET)
                .replace(
                    "sample_every: 0",
                    "sample_every: 0 fid_every: 5 fid_samples: 60 features: '" + features + "'"));
    run = shared.resolve("run");
    trained = CommandRun.done("train", "--config", config, "--run", run);
    half = shared.resolve("half");
    halfTrained = CommandRun.done("train", "--config", config, "--run", half, "--steps", 10);
  }

  // The run that has done half its steps, to go on with.
  private Path halfDone() throws IOException {
    Path copy = folder.resolve("copy");
    FolderContents.copy(half, copy);
    return copy;
  }

  private static Map<Long, Double> logged(Path of) throws IOException {
    Map<Long, Double> fids = new TreeMap<>();
    for (Map<String, Double> line : MetricsLog.read(of.resolve("metrics.jsonl"))) {
      if (line.containsKey("fid")) {
        fids.put(Math.round(line.getOrDefault("step", 0.0)), line.getOrDefault("fid", 0.0));
      }
    }
    return fids;
  }

  // The images of the experiment as a file.
  private static Path data() throws IOException {
    Path file = shared.resolve("data.npy");
    if (!Files.exists(file)) {
      try (NpyWriter out = new NpyWriter(file, Shape.of(8, 8, 3));
          ProceduralImages images = new ProceduralImages(8, 50)) {
        for (long i = 0; i < images.size(); i++) {
          try (TUint8 image = images.batch(new long[] {i})) {
            byte[] pixels = new byte[(int) image.size()];
            image.asRawTensor().data().read(pixels);
            out.write(pixels);
          }
        }
      }
    }
    return file;
  }

  private static double fid(Path model, String... more) throws IOException {
    List<Object> arguments =
        new ArrayList<>(List.of("fid", "--generated", model, "--reference", data()));
    arguments.addAll(List.of("--inception", features, "--count", 60, "--seed", 3, "--json"));
    arguments.addAll(List.of(more));
    String json = CommandRun.done(arguments.toArray()).out();
    return Json.GSON.fromJson(json, JsonObject.class).get("fid").getAsDouble();
  }

  @Test
  void isLoggedEverySoManySteps() throws IOException {
    assertEquals(Set.of(5L, 10L, 15L, 20L), logged(run).keySet());
    assertTrue(trained.err().contains("step 5: Frechet distance "), trained.err());
    assertTrue(trained.err().contains("the best so far"), trained.err());
  }

  @Test
  void isWhatTheCommandMeasures() throws IOException {
    assertEquals(logged(run).getOrDefault(20L, Double.NaN), fid(run), 1e-6);
    double best = Collections.min(logged(run).values());
    assertEquals(best, fid(run, "--best"), 1e-6);
    Path export = folder.resolve("export");
    CommandRun.done("export", "--run", run, "--best", "--output", export);
    assertEquals(best, fid(export), 1e-6);
  }

  @Test
  void theFeatureNetworkIsTestedAsTheProgramIs() throws IOException {
    String history = Files.readString(run.resolve("history.jsonl"));
    assertTrue(history.matches("(?s).*\"features_self_test\":\"\\d+ operations right.*"), history);
  }

  @Test
  void theBestWeightsAreKeptAlone() throws IOException {
    Map.Entry<Long, Double> best =
        Collections.min(logged(run).entrySet(), Map.Entry.comparingByValue());
    assertEquals(List.of(best.getKey()), new Checkpoints(run.resolve("best"), 1).completed());
  }

  @Test
  void measuringChangesNothing() throws IOException {
    Path plain = folder.resolve("plain");
    CommandRun.done("train", "--config", config, "--run", plain, "--set", "evaluation.fid_every=0");
    assertArrayEquals(
        Files.readAllBytes(run.resolve("checkpoints/step-20.data-00000-of-00001")),
        Files.readAllBytes(plain.resolve("checkpoints/step-20.data-00000-of-00001")));
    assertFalse(Files.exists(plain.resolve("best")));
    CommandRun refused = CommandRun.of("export", "--run", plain, "--best", "--output", folder);
    assertEquals(ExitCode.BAD_INPUT, refused.code());
    assertTrue(refused.err().contains("has no best checkpoint"), refused.err());
  }

  @Test
  void aRunCanBeginToMeasureLater() throws IOException {
    Path later = folder.resolve("later");
    List<Object> begun = List.of("train", "--config", config, "--run", later, "--steps", 5);
    List<Object> unmeasured =
        List.of("--set", "evaluation.fid_every=0", "--set", "evaluation.features=");
    CommandRun.done(Stream.concat(begun.stream(), unmeasured.stream()).toArray());
    List<Object> goOn = List.of("train", "--run", later, "--resume", "--steps");
    List<Object> measured = List.of(10, "--set", "evaluation.fid_every=5", "--features", features);
    CommandRun.done(Stream.concat(goOn.stream(), measured.stream()).toArray());
    CommandRun.done(Stream.concat(goOn.stream(), Stream.of(15)).toArray());
    assertEquals(Set.of(5L, 10L, 15L), logged(later).keySet());
  }

  @Test
  void dataAreMeasuredOnceForAllRuns() {
    String first = "measuring the 50 training images";
    assertTrue(trained.err().contains(first), trained.err());
    assertFalse(halfTrained.err().contains(first), halfTrained.err());
  }

  @Test
  void aResumedRunMakesUpForWhatWasCutOff() throws IOException {
    Path resumed = halfDone();
    // As if it had been killed in the measurement after step 10.
    Path log = resumed.resolve("metrics.jsonl");
    Files.write(
        log,
        Files.readAllLines(log).stream()
            .filter(line -> !(line.contains("\"fid\"") && line.contains("\"step\":10,")))
            .toList());
    assertEquals(Set.of(5L), logged(resumed).keySet());
    CommandRun.done("train", "--run", resumed, "--resume");
    Map<Long, Double> straight = logged(run);
    assertEquals(straight.keySet(), logged(resumed).keySet());
    logged(resumed)
        .forEach((step, fid) -> assertEquals(straight.getOrDefault(step, 0.0), fid, 1e-6));
    assertEquals(
        new Checkpoints(run.resolve("best"), 1).completed(),
        new Checkpoints(resumed.resolve("best"), 1).completed());
  }

  @Test
  void anInterruptedMeasurementIsMadeUpFor() throws IOException {
    RunFolder copy = new RunFolder(halfDone());
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    long completed =
        new Training(
                Session.of(ExperimentFile.load(copy.config(), List.of())),
                copy,
                new Unchecked(),
                new PrintStream(said, true, StandardCharsets.UTF_8),
                () -> said.toString(StandardCharsets.UTF_8).contains("step 15: measuring"),
                Optional.empty())
            .run(20);
    assertEquals(15, completed);
    assertEquals(Set.of(5L, 10L), logged(copy.root()).keySet());
    CommandRun.done("train", "--run", copy.root(), "--resume");
    assertEquals(logged(run).keySet(), logged(copy.root()).keySet());
  }

  @Test
  void aBestOfALostFutureIsForgotten() throws IOException {
    // A run at step 10 whose best weights are of a step that it has not reached.
    Path other = halfDone();
    Path best = other.resolve("best");
    AtomicFile.delete(best);
    Files.createDirectory(best);
    for (String suffix : List.of(".index", ".data-00000-of-00001")) {
      Files.copy(other.resolve("checkpoints/step-10" + suffix), best.resolve("step-15" + suffix));
    }
    Files.writeString(
        best.resolve("checkpoint"),
        "model_checkpoint_path: \"step-15\"\nall_model_checkpoint_paths: \"step-15\"\n");
    CommandRun.done("train", "--run", other, "--resume", "--steps", 15);
    long kept = new Checkpoints(best, 1).completed().get(0);
    assertEquals(15, kept);
    assertEquals(logged(run).getOrDefault(15L, 0.0), fid(other, "--best"), 1e-6);
  }

  @Test
  void aBestWithoutItsLineStaysUntilTheNextIsMeasured() throws IOException {
    Path other = halfDone();
    Path best = new RunFolder(other).bestCheckpoint();
    // A line for step 10, so that it is not measured again.
    Files.writeString(other.resolve("metrics.jsonl"), "{\"step\":10,\"fid\":1e9}\n");
    String name = String.valueOf(best.getFileName());
    Path lost = best.resolveSibling("step-9");
    for (String suffix : List.of(".index", ".data-00000-of-00001")) {
      Files.move(best.resolveSibling(name + suffix), best.resolveSibling("step-9" + suffix));
    }
    CommandRun.done("train", "--run", other, "--resume", "--steps", 11);
    assertEquals(lost, new RunFolder(other).bestCheckpoint());
    CommandRun.done("train", "--run", other, "--resume", "--steps", 15);
    assertEquals(List.of(15L), new Checkpoints(other.resolve("best"), 1).completed());
  }

  @Test
  void aLostLogDoesNotForgetTheBest() throws IOException {
    RunFolder other = new RunFolder(halfDone());
    long step = Checkpoints.step(other.bestCheckpoint());
    Map<String, Double> kept = MetricsLog.read(other.bestFid()).get(0);
    assertEquals((double) step, kept.get("step"));
    assertEquals(logged(other.root()).get(step), kept.get("fid"));
    // Lower than any that follows.
    Files.writeString(other.bestFid(), "{\"step\":%d,\"fid\":0}\n".formatted(step));
    Files.delete(other.metrics());
    CommandRun.done("train", "--run", other.root(), "--resume", "--steps", 15);
    assertEquals(List.of(step), new Checkpoints(other.best(), 1).completed());
  }

  @Test
  void theStepIsSavedBeforeItIsMeasured() throws IOException {
    // Checkpoints come every 7 steps.
    assertTrue(new Checkpoints(run.resolve("checkpoints"), 1).completed().contains(15L));
  }

  @Test
  void aWrongNetworkIsRefusedBeforeThereIsARun() {
    Path wrong = folder.resolve("wrong");
    CommandRun refused =
        CommandRun.of("train", "--config", config, "--run", wrong, "--features", folder);
    assertEquals(ExitCode.BAD_INPUT, refused.code());
    assertTrue(refused.err().contains("no feature network is there"), refused.err());
    assertTrue(refused.err().contains("evaluation.features (or --features): "), refused.err());
    assertFalse(Files.exists(wrong));
  }

  @Test
  void levelsNearestToTheReferenceAreSearched() throws IOException {
    Path images = folder.resolve("images.npy");
    try (NpyWriter out = new NpyWriter(images, Shape.of(8, 8, 3))) {
      for (int i = 0; i < 40; i++) {
        byte[] pixels = new byte[8 * 8 * 3];
        new Random(i).nextBytes(pixels);
        out.write(pixels);
      }
    }
    Object[] tuning = {
      "fid", "--generated", run, "--reference", images, "--inception", features, "--tune-sigmas"
    };
    CommandRun tuned = CommandRun.done(with(tuning, "--count", 8));
    List<String> lines = tuned.out().lines().toList();
    assertTrue(lines.get(1).matches("usual levels +sigma 80,0.821 +[0-9.]+ \\(8 samples\\)"));
    assertTrue(lines.get(3).matches("--sigmas 80,[0-9.]+"), tuned.out());
    JsonObject found =
        Json.GSON.fromJson(
            CommandRun.done(with(tuning, "--count", 8, "--json")).out(), JsonObject.class);
    assertTrue(
        found.get("distance").getAsDouble() <= found.get("usual_distance").getAsDouble(),
        found.toString());
    String sigma = found.getAsJsonArray("sigmas").get(1).getAsString();
    assertEquals("--sigmas 80," + sigma, lines.get(3));
    // What was found is what fid measures there.
    JsonObject measured =
        Json.GSON.fromJson(
            CommandRun.done(
                    "fid",
                    "--generated",
                    run,
                    "--reference",
                    images,
                    "--inception",
                    features,
                    "--count",
                    8,
                    "--sigmas",
                    "80," + sigma,
                    "--json")
                .out(),
            JsonObject.class);
    assertEquals(
        measured.get("fid").getAsDouble(),
        found.get("distance").getAsDouble(),
        1e-6 * measured.get("fid").getAsDouble());
    assertRefused("--metrics: does not go with", with(tuning, "--metrics", "kid"));
    assertRefused("--steps: '1' is not a whole number from 2 to 4", with(tuning, "--steps", 1));
    tuning[2] = images;
    assertRefused("--tune-sigmas: is for consistency models", tuning);
  }

  private static Object[] with(Object[] arguments, Object... more) {
    return Stream.concat(Arrays.stream(arguments), Arrays.stream(more)).toArray();
  }

  private static void assertRefused(String message, Object... arguments) {
    CommandRun refused = CommandRun.of(arguments);
    assertEquals(2, refused.code(), refused.toString());
    assertTrue(refused.err().contains(message), refused.err());
  }
}
