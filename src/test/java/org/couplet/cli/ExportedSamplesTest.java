package org.couplet.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.couplet.CommandRun;
import org.couplet.SmallExperiments;
import org.couplet.contract.Contract;
import org.couplet.program.Floats;
import org.couplet.program.SamplingProgram;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** An export's signature {@code sample} against the calls that {@code couplet sample} makes. */
@Tag("long")
class ExportedSamplesTest {
  private static final long SEED = 7;

  @TempDir private Path folder = Path.of("");

  @Test
  void samplesOfAUnet() throws IOException {
    Path export = export(SmallExperiments.FLAT_UNET);
    for (int count : new int[] {1, 103}) {
      assertSampleIsThatOfTheCommand(export, count, List.of(80.));
      assertSampleIsThatOfTheCommand(export, count, List.of(80., 4., 0.8, 0.1));
    }
  }

  @Test
  void samplesOfPointsOfABridge() throws IOException {
    Path export =
        export(
            SmallExperiments.GAUSSIANS.replace(
                "consistency {", "consistency { sigma_max: 1 process { bridge { alpha: SIGMA } }"));
    assertSampleIsThatOfTheCommand(export, 103, List.of(1., 0.5));
  }

  @Test
  void samplesOfAScoreModelFollowItsFlow() throws IOException {
    Path export = export(SmallExperiments.score(SmallExperiments.FLAT_UNET));
    assertSampleIsThatOfTheCommand(export, 103, List.of(80., 10., 1.));
  }

  // The command makes samples in the same parts (SampleDraw).
  private static void assertSampleIsThatOfTheCommand(Path export, int count, List<Double> sigmas) {
    int chunk = Contract.SAMPLES_AT_ONCE;
    try (SavedModelBundle bundle = SavedModelBundle.load(export.toString(), "serve");
        SamplingProgram program = SamplingProgram.load(export, 0)) {
      float[] sampled = sample(bundle, count, sigmas);
      int size = sampled.length / count;
      for (int first = 0; first < count; first += chunk) {
        int rows = Math.min(chunk, count - first);
        try (TFloat32 expected = program.samples(SEED, first, rows, sigmas)) {
          assertArrayEquals(
              Floats.of(expected),
              Arrays.copyOfRange(sampled, first * size, (first + rows) * size));
        }
      }
    }
  }

  private static float[] sample(SavedModelBundle bundle, int count, List<Double> sigmas) {
    float[] levels = new float[sigmas.size()];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = sigmas.get(i).floatValue();
    }
    try (TInt64 seed = TInt64.scalarOf(SEED);
        TInt64 rows = TInt64.scalarOf(count);
        TFloat32 list = TFloat32.vectorOf(levels);
        Result result =
            bundle.function("sample").call(Map.of("seed", seed, "count", rows, "sigmas", list))) {
      return Floats.of((TFloat32) result.get("x_hat").orElseThrow());
    }
  }

  private Path export(String experiment) throws IOException {
    Path run = folder.resolve("run");
    Path export = folder.resolve("export");
    Path config = SmallExperiments.write(folder, experiment);
    CommandRun.done("train", "--config", config, "--run", run, "--set", "run.steps=5");
    CommandRun.done("export", "--run", run, "--output", export);
    return export;
  }
}
