package org.couplet.train;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.couplet.config.proto.DatasetConfig;
import org.couplet.config.proto.EvaluationConfig;
import org.couplet.config.proto.Experiment;
import org.couplet.data.Dataset;
import org.couplet.data.ImageBatches;
import org.couplet.io.ContentHash;
import org.couplet.metric.FeaturePass;
import org.couplet.metric.FrechetDistance;
import org.couplet.metric.GaussianFit;
import org.couplet.metric.SampleBatches;
import org.couplet.metric.StatisticsCache;
import org.couplet.program.Bytes;
import org.couplet.program.FeatureProgram;
import org.couplet.program.SamplingProgram;
import org.couplet.report.Progress;
import org.couplet.sampling.SampleLevels;
import org.couplet.source.ImageSelection;
import org.jspecify.annotations.Nullable;
import org.tensorflow.types.TUint8;

/** A run's images as the feature network of its evaluation sees them: what samples are held to. */
final class FidReference implements AutoCloseable {
  private final EvaluationConfig evaluation;
  private final long seed;
  private final FeatureProgram features;
  private final FrechetDistance data;

  private FidReference(
      EvaluationConfig evaluation, long seed, FeatureProgram features, FrechetDistance data) {
    this.evaluation = evaluation;
    this.seed = seed;
    this.features = features;
    this.data = data;
  }

  /**
   * Loads the feature network and measures all images, unless an earlier run has.
   *
   * @param terminal where progress is shown
   * @param goesOn receives the number of images measured so far; false ends the measurement
   * @return null if the experiment measures no FID, or the measuring was given up
   */
  static @Nullable FidReference open(
      Experiment experiment, Dataset dataset, PrintStream terminal, LongPredicate goesOn)
      throws IOException {
    EvaluationConfig evaluation = experiment.getEvaluation();
    if (evaluation.getFidEvery() == 0) {
      return null;
    }
    FeatureProgram features =
        FeatureProgram.load(
            Path.of(evaluation.getFeatures()), experiment.getRuntime().getThreads());
    try {
      Optional<GaussianFit> fit =
          StatisticsCache.ofUser()
              .get(
                  contentHash(experiment.getDataset(), dataset),
                  features.fingerprint(),
                  line -> terminal.println("training images: " + line),
                  () -> measure(dataset, features, terminal, goesOn));
      if (fit.isPresent()) {
        if (evaluation.getFidSamples() < features.dimension()) {
          terminal.println(
              "warning: evaluation.fid_samples: %d samples are fewer than the %d features; such a FID is far larger than that of many"
                  .formatted(evaluation.getFidSamples(), features.dimension()));
        }
        long seed = experiment.getRun().getSeed();
        return new FidReference(evaluation, seed, features, FrechetDistance.to(fit.get()));
      }
      features.close();
      return null;
    } catch (IOException | RuntimeException e) {
      features.close();
      throw e;
    }
  }

  // Of a file its bytes, so that `couplet fid` and other runs share what is measured of it.
  private static String contentHash(DatasetConfig config, Dataset dataset) throws IOException {
    if (config.hasImageFile()) {
      return ImageSelection.of(Path.of(config.getImageFile().getPath())).contentHash();
    }
    return ContentHash.of(
        LongStream.range(0, dataset.size()).mapToObj(index -> pixels(dataset, index)));
  }

  private static byte[] pixels(Dataset dataset, long index) {
    try (TUint8 image = (TUint8) dataset.batch(new long[] {index})) {
      return Bytes.of(image);
    }
  }

  private static Optional<GaussianFit> measure(
      Dataset dataset, FeatureProgram features, PrintStream terminal, LongPredicate goesOn)
      throws IOException {
    terminal.println("measuring the " + dataset.size() + " training images, for the FID");
    try (ImageBatches images = ImageBatches.of(dataset, dataset.size(), FeaturePass.BATCH);
        Progress progress = new Progress("training images", dataset.size(), terminal)) {
      return new FeaturePass(features, false)
          .fit(
              images,
              seen -> {
                progress.passTo(seen, "");
                return goesOn.test(seen);
              });
    }
  }

  /** Steps between measurements. */
  long every() {
    return evaluation.getFidEvery();
  }

  /** Samples of a measurement. */
  int samples() {
    return evaluation.getFidSamples();
  }

  /**
   * The FID of a model, from the same noise each time.
   *
   * @param goesOn receives the number of samples made so far; false ends the measurement
   * @return empty if given up
   */
  OptionalDouble fid(SamplingProgram model, LongPredicate goesOn) throws IOException {
    List<Double> levels = SampleLevels.of(model);
    try (SampleBatches images = new SampleBatches(model, seed, samples(), levels)) {
      Optional<GaussianFit> fit = new FeaturePass(features, false).fit(images, goesOn);
      return fit.isPresent() ? OptionalDouble.of(data.from(fit.get())) : OptionalDouble.empty();
    }
  }

  /** What the distance is called: FID by the published network alone. */
  String name() {
    return features.isInception() ? "FID" : "Frechet distance";
  }

  @Override
  public void close() {
    features.close();
  }
}
