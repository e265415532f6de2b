package org.couplet.study;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.couplet.data.Dataset;
import org.couplet.io.WholeFile;
import org.couplet.metric.FeatureStatistics;
import org.couplet.metric.FrechetDistance;
import org.couplet.metric.GaussianFit;
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

  // Tells feature networks apart: a measurement belongs to one.
  private static String fingerprint(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        digest.update(Files.readAllBytes(file));
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 4);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static GaussianFit ofData(Workbench bench, FeatureProgram features, Dataset dataset) {
    int count = (int) Math.min(MOST_DATA, dataset.size());
    FeatureStatistics statistics = new FeatureStatistics(features.dimension());
    try (Progress progress = new Progress("features of the data", count, bench.err())) {
      for (int first = 0; first < count; first += CHUNK) {
        bench.checkInterrupted();
        int end = Math.min(count, first + CHUNK);
        try (TUint8 images = (TUint8) dataset.batch(spread(first, end, count, dataset.size()))) {
          statistics.add(features.features(images));
        }
        progress.stepTo(end, "");
      }
    }
    return statistics.fit();
  }

  // Evenly over the whole: data may be in the order of their classes.
  private static long[] spread(int first, int end, int count, long size) {
    return LongStream.range(first, end).map(i -> i * size / count).toArray();
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
