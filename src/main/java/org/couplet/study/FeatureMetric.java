package org.couplet.study;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.couplet.data.Dataset;
import org.couplet.data.ImageBatches;
import org.couplet.io.AtomicFile;
import org.couplet.metric.FeaturePass;
import org.couplet.metric.FrechetDistance;
import org.couplet.metric.GaussianFit;
import org.couplet.metric.SampleBatches;
import org.couplet.program.FeatureProgram;
import org.couplet.program.SamplingProgram;
import org.couplet.report.Progress;
import org.couplet.sampling.SampleLevels;

/** Of images: the Frechet distance between features of samples and of the data. */
final class FeatureMetric implements SampleMetric {
  private static final int MOST_DATA = 10_000;
  private static final long SEED = 99;

  private final FeatureProgram features;
  private final String extractor;
  private final String fingerprint;
  private final FrechetDistance data;
  private final int samples;

  private FeatureMetric(
      FeatureProgram features,
      String extractor,
      String fingerprint,
      FrechetDistance data,
      int samples) {
    this.features = features;
    this.extractor = extractor;
    this.fingerprint = fingerprint;
    this.data = data;
    this.samples = samples;
  }

  /** Loads or writes the feature network, and measures the data. */
  static FeatureMetric open(StudyContext bench, Dataset dataset) throws IOException {
    Optional<Path> given = bench.options().features();
    Path folder = given.orElse(bench.options().output().resolve(StudyContext.FEATURES));
    if (given.isEmpty()) {
      AtomicFile.replace(folder, bench.graphs()::features);
    }
    String extractor = given.map(path -> String.valueOf(path.getFileName())).orElse("random");
    FeatureProgram features = FeatureProgram.load(folder, 0);
    try {
      return new FeatureMetric(
          features,
          extractor,
          given.isEmpty() ? bench.graphs().featuresName() : features.fingerprint().substring(0, 8),
          FrechetDistance.to(ofData(bench, features, dataset)),
          bench.options().samples());
    } catch (IOException | RuntimeException e) {
      features.close();
      throw e;
    }
  }

  private static GaussianFit ofData(StudyContext bench, FeatureProgram features, Dataset dataset)
      throws IOException {
    try (ImageBatches images = ImageBatches.of(dataset, MOST_DATA, FeaturePass.BATCH);
        Progress progress = new Progress("features of the data", images.count(), bench.err())) {
      return new FeaturePass(features, false)
          .fit(
              images,
              seen -> {
                bench.checkInterrupted();
                progress.stepTo(seen, "");
                return true;
              })
          .orElseThrow();
    }
  }

  @Override
  public String label() {
    return "Frechet distance, " + extractor + " features";
  }

  @Override
  public String key() {
    return "frechet-" + fingerprint + "-" + samples;
  }

  @Override
  public double of(SamplingProgram program) throws IOException {
    List<Double> levels = SampleLevels.of(program);
    try (SampleBatches images = new SampleBatches(program, SEED, samples, levels)) {
      return data.from(new FeaturePass(features, false).fit(images, seen -> true).orElseThrow());
    }
  }

  @Override
  public void close() {
    features.close();
  }
}
