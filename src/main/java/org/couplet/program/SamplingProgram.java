package org.couplet.program;

import static org.couplet.program.Contract.COUNT;
import static org.couplet.program.Contract.DRAW;
import static org.couplet.program.Contract.FIRST;
import static org.couplet.program.Contract.GENERATE;
import static org.couplet.program.Contract.IMAGES;
import static org.couplet.program.Contract.NOISE;
import static org.couplet.program.Contract.NOISE_TABLE;
import static org.couplet.program.Contract.RANGE;
import static org.couplet.program.Contract.REFINE;
import static org.couplet.program.Contract.SEED;
import static org.couplet.program.Contract.SERVE_TAG;
import static org.couplet.program.Contract.SIGMA;
import static org.couplet.program.Contract.SIGMA_MAX;
import static org.couplet.program.Contract.SIGMA_MIN;
import static org.couplet.program.Contract.X_HAT;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.couplet.io.InvalidInputException;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/**
 * A model that makes samples: an export, or one of a training program's two sets of weights. A
 * sample depends on the seed and its row alone, not on how many are made at once.
 */
public final class SamplingProgram implements AutoCloseable {
  private final LoadedModel model;
  private final String suffix;

  SamplingProgram(LoadedModel model, String suffix) {
    this.model = model;
    this.suffix = suffix;
  }

  /**
   * Loads an export.
   *
   * @param folder a SavedModel that {@code couplet export} wrote
   * @param threads of one operation; 0: all cores
   */
  public static SamplingProgram load(Path folder, int threads) {
    LoadedModel model = LoadedModel.load(folder, SERVE_TAG, threads);
    try {
      check(model, "");
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
    return new SamplingProgram(model, "");
  }

  /**
   * Fills an export's weights with the averages in a training checkpoint and writes them where the
   * SavedModel looks for them.
   *
   * @param folder an export without a variables folder
   * @param checkpoint prefix of a training checkpoint
   */
  public static void adoptAverages(Path folder, Path checkpoint) {
    try (LoadedModel model = LoadedModel.load(folder, SERVE_TAG, 0)) {
      model.restore(
          checkpoint,
          Contract.IMPORT_SCOPE + "/filename:0",
          Contract.IMPORT_SCOPE + "/restore_all");
      model.save(folder.resolve("variables").resolve("variables"));
    }
  }

  static void check(LoadedModel model, String suffix) {
    model.require(NOISE_TABLE, List.of(SEED, DRAW, FIRST, COUNT), List.of(NOISE));
    model.require(GENERATE + suffix, List.of(NOISE, SIGMA), List.of(X_HAT));
    model.require(REFINE + suffix, List.of(X_HAT, NOISE, SIGMA), List.of(X_HAT));
    model.require(RANGE, List.of(), List.of(SIGMA_MIN, SIGMA_MAX));
  }

  /** Shape of a sample: [height, width, channels] or [2]. */
  public Shape elementShape() {
    return model.inputShape(GENERATE + suffix, NOISE).tail();
  }

  /** Whether samples are images, so that {@link #images} works. */
  public boolean makesImages() {
    return model.hasOutput(GENERATE + suffix, IMAGES);
  }

  /** Lowest noise level. */
  public double sigmaMin() {
    return range(SIGMA_MIN);
  }

  /** Highest noise level, where sampling starts. */
  public double sigmaMax() {
    return range(SIGMA_MAX);
  }

  /**
   * Makes samples.
   *
   * @param seed of the noise
   * @param first row of the first sample, at least 0
   * @param count number of samples, at least 1
   * @param sigmas falling noise levels, one network call each; empty: one call at sigma_max
   * @return float32 [count, element...], not clipped; the caller closes it
   */
  public TFloat32 samples(long seed, long first, int count, List<Double> sigmas) {
    return (TFloat32) run(seed, first, count, sigmas, X_HAT);
  }

  /**
   * Makes images; as {@link #samples}.
   *
   * @return uint8 [count, height, width, channels]; the caller closes it
   */
  public TUint8 images(long seed, long first, int count, List<Double> sigmas) {
    return (TUint8) run(seed, first, count, sigmas, IMAGES);
  }

  /** Refuses levels that do not fall from sigma_max towards sigma_min, before any work. */
  public void checkSigmas(List<Double> sigmas) {
    if (!sigmas.isEmpty() && sigmas.get(0).floatValue() != (float) sigmaMax()) {
      throw new InvalidInputException(
          "--sigmas: "
              + sigmas.get(0)
              + " comes first, but samples begin as noise at sigma_max; begin the list with "
              + sigmaMax());
    }
    double above = Math.nextUp((float) sigmaMax());
    for (double sigma : sigmas) {
      if (!(sigma < above) || !((float) sigma >= (float) sigmaMin())) {
        throw new InvalidInputException(
            "--sigmas: "
                + sigma
                + " does not fall, or is below sigma_min ("
                + (float) sigmaMin()
                + "); give noise levels, highest first");
      }
      above = sigma;
    }
  }

  private TType run(long seed, long first, int count, List<Double> sigmas, String output) {
    List<Double> levels = sigmas.isEmpty() ? List.of(sigmaMax()) : sigmas;
    @Nullable TType current = null;
    for (int draw = 0; draw < levels.size(); draw++) {
      String wanted = draw == levels.size() - 1 ? output : X_HAT;
      try (TFloat32 noise = noise(seed, draw, first, count);
          TFloat32 sigma = TFloat32.scalarOf(levels.get(draw).floatValue());
          @Nullable TType before = current) {
        current =
            before == null
                ? one(GENERATE, Map.of(NOISE, noise, SIGMA, sigma), wanted)
                : one(REFINE, Map.of(X_HAT, before, NOISE, noise, SIGMA, sigma), wanted);
      }
    }
    return Objects.requireNonNull(current);
  }

  private TFloat32 noise(long seed, long draw, long first, long count) {
    try (TInt64 seedTensor = TInt64.scalarOf(seed);
        TInt64 drawTensor = TInt64.scalarOf(draw);
        TInt64 firstTensor = TInt64.scalarOf(first);
        TInt64 countTensor = TInt64.scalarOf(count)) {
      Result result =
          model.call(
              NOISE_TABLE,
              Map.of(SEED, seedTensor, DRAW, drawTensor, FIRST, firstTensor, COUNT, countTensor),
              List.of(NOISE));
      return (TFloat32) result.get(0);
    }
  }

  private TType one(String signature, Map<String, TType> inputs, String output) {
    return (TType) model.call(signature + suffix, inputs, List.of(output)).get(0);
  }

  private double range(String output) {
    try (Result result = model.call(RANGE, Map.of(), List.of(output))) {
      return ((TFloat32) result.get(0)).getFloat();
    }
  }

  /** Closes an export's session; a training program's stays open until that is closed. */
  @Override
  public void close() {
    if (model.has(Contract.SERVING_DEFAULT)) {
      model.close();
    }
  }
}
