package org.couplet.editing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.couplet.CommandRun;
import org.couplet.SmallExperiments;
import org.couplet.program.Floats;
import org.couplet.program.SamplingProgram;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.types.TFloat32;

/** What the noise of an image is for each forward process. */
@Tag("long")
class EditorTest {
  private static final int SIZE = 8 * 8 * 3;

  @TempDir private Path folder = Path.of("");

  /** Up to sigma_min, at which estimates are taken to be. */
  @ParameterizedTest
  @CsvSource({
    "'', 1, 1, 1",
    "process { bridge {} }, 1, 1, 1",
    "sigma_max: 1 process { bridge { alpha: SIGMA } }, 0.4, 0.6, 0.4"
  })
  void denoisingAnImageWithNoiseIsTheStrokeThatAddsIt(
      String process, double sigma, double ofImage, double ofNoise) throws Exception {
    Path run = folder.resolve("run");
    Path export = folder.resolve("export");
    Path config =
        SmallExperiments.write(
            folder,
            SmallExperiments.FLAT_UNET.replace("consistency {", "consistency { " + process));
    CommandRun.done("train", "--config", config, "--run", run, "--steps", 1);
    CommandRun.done("export", "--run", run, "--output", export);
    try (SamplingProgram program = SamplingProgram.load(export, 0)) {
      SamplingProgram.Start start = program.start(1, 0, 1);
      float[] image = new float[SIZE];
      float[] noisy = new float[SIZE];
      Random random = new Random(2);
      try (TFloat32 noise = start.noise(0)) {
        float[] z = Floats.of(noise);
        for (int i = 0; i < SIZE; i++) {
          image[i] = random.nextFloat() - 0.5f;
          noisy[i] = (float) (ofImage * image[i] + ofNoise * z[i]);
        }
      }
      float[] added = made(program, new Edit.Stroke(), image, sigma, start);
      float[] taken = made(program, new Edit.Denoise(), noisy, sigma, start);
      double squares = 0;
      for (int i = 0; i < SIZE; i++) {
        assertEquals(added[i], taken[i], 0.01);
        squares += added[i] * added[i];
      }
      assertTrue(Math.sqrt(squares / SIZE) > 0.1, "there is something to compare");
    }
  }

  private static float[] made(
      SamplingProgram program,
      Edit edit,
      float[] given,
      double sigma,
      SamplingProgram.Start start) {
    Edit.Task task = new Edit.Task(given, KnownPart.nothing(SIZE));
    return new Editor(program, edit, List.of(sigma)).run(List.of(task), start).get(0);
  }
}
