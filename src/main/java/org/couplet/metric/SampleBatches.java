package org.couplet.metric;

import java.util.List;
import java.util.Optional;
import org.couplet.data.ImageBatches;
import org.couplet.io.InvalidInputException;
import org.couplet.program.SamplingProgram;
import org.tensorflow.types.TUint8;

/** Samples of a model, to be measured; each batch is made when it is asked for. */
public final class SampleBatches implements ImageBatches {
  private final SamplingProgram model;
  private final long seed;
  private final long first;
  private final long count;
  private final List<Double> sigmas;
  private long next;

  /**
   * Samples of a model, which stays the caller's.
   *
   * @param seed of the noise
   * @param count number of samples, at least 1
   * @param sigmas levels of the sampling steps, as of {@link SamplingProgram#samples}
   * @throws InvalidInputException if its samples are not images
   */
  public SampleBatches(SamplingProgram model, long seed, long count, List<Double> sigmas) {
    this(model, seed, 0, count, sigmas);
  }

  /**
   * The same from another row on.
   *
   * @param first row of the first sample
   */
  public SampleBatches(
      SamplingProgram model, long seed, long first, long count, List<Double> sigmas) {
    requireImages(model, "the model");
    this.model = model;
    this.seed = seed;
    this.first = first;
    this.count = count;
    this.sigmas = sigmas;
  }

  /**
   * Requires a model of images.
   *
   * @param name what to call it
   */
  public static void requireImages(SamplingProgram model, String name) {
    if (!model.makesImages()) {
      throw new InvalidInputException(name + ": its samples are points, which have no FID");
    }
  }

  @Override
  public long count() {
    return count;
  }

  @Override
  public Optional<TUint8> next() {
    int rows = (int) Math.min(FeaturePass.BATCH, count - next);
    if (rows == 0) {
      return Optional.empty();
    }
    next += rows;
    return Optional.of(model.images(seed, first + next - rows, rows, sigmas));
  }

  /** Nothing to do: the model is the caller's. */
  @Override
  public void close() {}
}
