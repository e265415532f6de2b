package org.couplet.cli;

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
import java.util.Map;
import org.couplet.CommandRun;
import org.couplet.Npz;
import org.couplet.SavedVariables;
import org.couplet.SmallExperiments;
import org.couplet.program.SamplingProgram;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** Score models, of points and of 8 x 8 pictures: train, sample, export, sample. */
@Tag("long")
class ScoreModelTest {
  private static final int STEPS = 4;

  @TempDir private static Path shared = Path.of("");

  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void trainAndExport() throws IOException {
    trainAndExport("points", SmallExperiments.GAUSSIANS);
    trainAndExport("pictures", SmallExperiments.FLAT_UNET);
  }

  private static void trainAndExport(String name, String text) throws IOException {
    Path config = SmallExperiments.write(shared, SmallExperiments.score(text));
    CommandRun.done(
        "train",
        "--config",
        config,
        "--run",
        shared.resolve(name),
        "--steps",
        STEPS,
        "--set",
        "evaluation.sample_every=" + STEPS,
        "--set",
        "evaluation.sample_count=4");
    CommandRun.done("export", "--run", shared.resolve(name), "--output", export(name));
  }

  private static Path export(String name) {
    return shared.resolve(name + "-export");
  }

  private byte[] samples(String source, Path model, Object... more) throws IOException {
    Path file = folder.resolve("samples.npz");
    List<Object> arguments =
        new ArrayList<>(
            List.of("sample", source, model, "--count", 3, "--output", file, "--overwrite"));
    arguments.addAll(Arrays.asList(more));
    CommandRun.done(arguments.toArray());
    return Files.readAllBytes(file);
  }

  @ParameterizedTest
  @CsvSource({"points, heun", "points, euler", "pictures, heun"})
  void exportSamplesAsItsRunByteForByte(String name, String solver) throws IOException {
    Object[] flow = {"--solver", solver, "--steps", 4};
    byte[] ofRun = samples("--run", shared.resolve(name), flow);
    assertArrayEquals(ofRun, samples("--model", export(name), flow));
    Npz.Array rows = Npz.get(Npz.read(folder.resolve("samples.npz")), "arr_0");
    assertArrayEquals(
        name.equals("points") ? new int[] {3, 2} : new int[] {3, 8, 8, 3}, rows.shape());
    assertEquals(name.equals("points") ? "<f4" : "|u1", rows.dtype());
  }

  @Test
  void heunInEighteenStepsIsTheDefault() throws IOException {
    byte[] expected = samples("--model", export("points"));
    assertArrayEquals(
        expected, samples("--model", export("points"), "--solver", "heun", "--steps", 18));
    assertFalse(Arrays.equals(expected, samples("--model", export("points"), "--steps", 17)));
    assertFalse(Arrays.equals(expected, samples("--model", export("points"), "--seed", 1)));
    assertFalse(Arrays.equals(expected, samples("--model", export("points"), "--solver", "euler")));
  }

  @Test
  void aSampleIsLedFromLevelToLevelAndThenToZero() throws IOException {
    samples("--model", export("points"), "--sigmas", "80,5,0.5", "--solver", "euler");
    float[] sampled = Npz.get(Npz.read(folder.resolve("samples.npz")), "arr_0").floats();
    float[] levels = {80, 5, 0.5f, 0};
    try (SamplingProgram program =
        SamplingProgram.load(export("points"), 0).with(SamplingProgram.Solver.EULER)) {
      assertTrue(program.followsFlow());
      assertEquals(0.002f, (float) program.sigmaMin());
      assertEquals(7, program.rho());
      TFloat32 points = startingPoints();
      for (int i = 0; i + 1 < levels.length; i++) {
        float[] sigma = {levels[i], levels[i], levels[i]};
        float[] next = {levels[i + 1], levels[i + 1], levels[i + 1]};
        try (TFloat32 before = points) {
          points = program.flow(before, sigma, next, new int[0]);
        }
      }
      assertArrayEquals(sampled, floats(points));
      points.close();
    }
  }

  // sigma_max times the noise of seed 0, as a server would read it from the export.
  private static TFloat32 startingPoints() {
    try (SavedModelBundle bundle = SavedModelBundle.load(export("points").toString(), "serve");
        var seed = TInt64.scalarOf(0);
        var count = TInt64.scalarOf(3);
        var outputs =
            bundle
                .function("noise")
                .call(Map.of("seed", seed, "draw", seed, "first", seed, "count", count))) {
      float[] noise = floats((TFloat32) outputs.get("noise").orElseThrow());
      for (int i = 0; i < noise.length; i++) {
        noise[i] *= 80;
      }
      TFloat32 points = TFloat32.tensorOf(Shape.of(3, 2));
      points.asRawTensor().data().asFloats().write(noise);
      return points;
    }
  }

  @Test
  void anExportServesTheDenoiser() {
    try (SamplingProgram program = SamplingProgram.load(export("points"), 0);
        SavedModelBundle bundle = SavedModelBundle.load(export("points").toString(), "serve");
        TFloat32 points = startingPoints();
        TFloat32 sigma = TFloat32.vectorOf(80, 1, 0.1f);
        var outputs =
            bundle.function("serving_default").call(Map.of("points", points, "sigma", sigma));
        TFloat32 reached =
            program.flow(points, new float[] {80, 1, 0.1f}, new float[3], new int[0])) {
      // A step to 0 ends at the estimate.
      float[] estimate = floats((TFloat32) outputs.get("x_hat").orElseThrow());
      assertArrayEquals(estimate, floats(reached), 1e-4f);
    }
  }

  @Test
  void whatAnExportServesIsSaid() throws IOException {
    assertTrue(
        CommandRun.done(
                "export", "--run", shared.resolve("points"), "--output", folder.resolve("other"))
            .out()
            .contains("serving_default turns noisy points and their levels into estimates"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"points", "pictures"})
  void trainingMovesTheWeightsAndDrawsSamples(String name) {
    Map<String, double[]> variables = SavedVariables.ofRun(shared.resolve(name), STEPS);
    String weight =
        variables.keySet().stream().filter(key -> key.startsWith("ema/")).findFirst().orElseThrow();
    assertFalse(
        Arrays.equals(
            SavedVariables.get(variables, weight),
            SavedVariables.get(variables, weight.substring("ema/".length()))));
    for (String weights : new String[] {"ema", "online"}) {
      assertTrue(
          Files.exists(
              shared.resolve(name).resolve("samples/step-%07d-%s.png".formatted(STEPS, weights))));
    }
  }

  private static float[] floats(TFloat32 tensor) {
    float[] floats = new float[(int) tensor.size()];
    tensor.asRawTensor().data().asFloats().read(floats);
    return floats;
  }
}
