package org.couplet.study;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.couplet.data.Dataset;
import org.couplet.data.ImageBatches;
import org.couplet.io.ContentHash;
import org.couplet.io.WholeFile;
import org.couplet.metric.FeatureStatistics;
import org.couplet.metric.FrechetDistance;
import org.couplet.metric.GaussianFit;
import org.couplet.program.Contract;
import org.couplet.program.FeatureProgram;
import org.couplet.program.SamplingProgram;
import org.couplet.report.Progress;
import org.couplet.train.SampleLevels;
import org.tensorflow.types.TUint8;

/** Of images: the Frechet distance between features of samples and of the data. */
final class FeatureQuality implements Quality {
  private static final int CHUNK = 100;
  private static final int MOST_DATA = 10_000;
  private static final long SEED = 99;
  private static final int FINGERPRINT_DIGITS = 8;

  private final FeatureProgram features;
  private final String extractor;
  private final String fingerprint;
  private final GaussianFit data;
  private final int samples;

  private FeatureQuality(
      FeatureProgram features,
      String extractor,
      String fingerprint,
      GaussianFit data,
      int samples) {
    this.features = features;
    this.extractor = extractor;
    this.fingerprint = fingerprint;
    this.data = data;
    this.samples = samples;
  }

  /** Loads or writes the feature network, and measures the data. */
  static FeatureQuality open(Workbench bench, Dataset dataset) throws IOException {
    Optional<Path> given = bench.options().features();
    Path folder = given.orElse(bench.options().output().resolve("random_features"));
    if (given.isEmpty()) {
      WholeFile.delete(folder);
      WholeFile.create(folder, bench.graphs()::features);
    }
    String extractor = given.map(path -> String.valueOf(path.getFileName())).orElse("random");
    FeatureProgram features = FeatureProgram.load(folder, 0);
    try {
      return new FeatureQuality(
          features,
          extractor,
          given.isEmpty() ? bench.graphs().featuresName() : fingerprint(folder),
          ofData(bench, features, dataset),
          bench.options().samples());
    } catch (RuntimeException e) {
      features.close();
      throw e;
    }
  }

  // Tells feature networks apart, whichever version of Couplet wrote them: a measurement belongs to
  // one.
  private static String fingerprint(Path folder) throws IOException {
    String hash = ContentHash.of(folder, name -> !name.startsWith(Contract.EXTRA_FOLDER + "/"));
    return hash.substring(0, FINGERPRINT_DIGITS);
  }

  private static GaussianFit ofData(Workbench bench, FeatureProgram features, Dataset dataset)
      throws IOException {
    FeatureStatistics statistics = new FeatureStatistics(features.dimension());
    try (ImageBatches batches = ImageBatches.of(dataset, MOST_DATA, CHUNK);
        Progress progress = new Progress("features of the data", batches.count(), bench.err())) {
      long done = 0;
      for (TUint8 next = batches.next(); next != null; next = batches.next()) {
        try (TUint8 images = next) {
          bench.checkInterrupted();
          statistics.add(features.features(images));
          done += images.shape().get(0);
        }
        progress.stepTo(done, "");
      }
    }
    return statistics.fit();
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
  public double of(SamplingProgram program) {
    List<Double> levels = SampleLevels.of(program, SampleLevels.FLOW_STEPS);
    FeatureStatistics statistics = new FeatureStatistics(features.dimension());
    for (int first = 0; first < samples; first += CHUNK) {
      try (TUint8 images = program.images(SEED, first, Math.min(CHUNK, samples - first), levels)) {
        statistics.add(features.features(images));
      }
    }
    return FrechetDistance.between(statistics.fit(), data);
  }

  @Override
  public void close() {
    features.close();
  }
}
