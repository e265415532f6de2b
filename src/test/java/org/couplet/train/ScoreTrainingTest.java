package org.couplet.train;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.couplet.CommandRun;
import org.couplet.SmallExperiments;
import org.couplet.data.KeyedRandom;
import org.couplet.data.MixtureDenoiser;
import org.couplet.program.SamplingProgram;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/** A score model of the 1m-2m mixture, trained here, against the mixture's own score and flow. */
@Tag("long")
class ScoreTrainingTest {
  private static final double[] LEVELS = {0.05, 0.1, 0.2, 0.4, 0.7, 1};
  private static final int POINTS = 2000;
  private static final MixtureDenoiser MIXTURE = new MixtureDenoiser(1, 0.1);

  @TempDir private static Path folder = Path.of("");

  @BeforeAll
  static void train() throws IOException {
    Path config =
        SmallExperiments.write(
            folder,
            """
            dataset { gaussians { count: 200000 } }
            network { mlp { depth: 4 width: 64 } }
            score { sigma_min: 0.01 sigma_max: 1 rho: 3 mean: -1.8 std: 0.9 }
            optimizer { learning_rate: 3e-3 adam {} }
            ema { decay: 0.998 }
            run { steps: 3000 batch_size: 512 log_every: 500 }
            evaluation { sample_every: 0 }
            """);
    CommandRun.done("train", "--config", config, "--run", folder.resolve("run"));
    CommandRun.done("export", "--run", folder.resolve("run"), "--output", folder.resolve("model"));
  }

  // A step to 0 ends at the denoiser's estimate, and so moves by sigma^2 times the score.
  @Test
  void theScoreIsTheMixtures() {
    for (double sigma : LEVELS) {
      assertTrue(error(sigma, 0) < 0.05, "relative error at " + sigma + ": " + error(sigma, 0));
    }
  }

  @Test
  void aStepOfEulersSolverIsTheMixtures() {
    for (double sigma : LEVELS) {
      double next = 0.8 * sigma;
      assertTrue(
          error(sigma, next) < 0.05, "relative error at " + sigma + ": " + error(sigma, next));
    }
  }

  // Root mean square over points of p_sigma: of the error of one step over the step itself.
  private static double error(double sigma, double next) {
    float[] points = noisyPoints(sigma);
    float[] reached = step(points, sigma, next);
    double difference = 0;
    double moved = 0;
    for (int i = 0; i < POINTS; i++) {
      double[] mean = MIXTURE.denoise(points[2 * i], points[2 * i + 1], sigma);
      for (int axis = 0; axis < 2; axis++) {
        double start = points[2 * i + axis];
        double exact = (next - sigma) * (start - mean[axis]) / sigma;
        difference += Math.pow(reached[2 * i + axis] - start - exact, 2);
        moved += exact * exact;
      }
    }
    return Math.sqrt(difference / moved);
  }

  private static float[] step(float[] points, double sigma, double next) {
    float[] from = new float[POINTS];
    float[] to = new float[POINTS];
    Arrays.fill(from, (float) sigma);
    Arrays.fill(to, (float) next);
    try (SamplingProgram program =
            SamplingProgram.load(folder.resolve("model"), 1).with(SamplingProgram.Solver.EULER);
        TFloat32 before = TFloat32.tensorOf(Shape.of(POINTS, 2))) {
      before.asRawTensor().data().asFloats().write(points);
      try (TFloat32 after = program.flow(before, from, to, new int[0])) {
        float[] reached = new float[2 * POINTS];
        after.asRawTensor().data().asFloats().read(reached);
        return reached;
      }
    }
  }

  // Drawn from p_sigma.
  private static float[] noisyPoints(double sigma) {
    KeyedRandom random = new KeyedRandom(11, Double.doubleToLongBits(sigma));
    double deviation = Math.hypot(MIXTURE.standardDeviation(), sigma);
    float[] points = new float[2 * POINTS];
    for (int i = 0; i < POINTS; i++) {
      double modeY = random.nextLong() < 0 ? -MIXTURE.offset() : MIXTURE.offset();
      points[2 * i] = (float) (MIXTURE.offset() + deviation * random.nextGaussian());
      points[2 * i + 1] = (float) (modeY + deviation * random.nextGaussian());
    }
    return points;
  }
}
