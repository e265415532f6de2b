package org.couplet.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.couplet.data.ImageSelection;
import org.couplet.data.SourceBatches;
import org.couplet.io.ContentHash;
import org.couplet.metric.FeaturePass;
import org.couplet.metric.FeatureSet;
import org.couplet.metric.GaussianFit;
import org.couplet.metric.StatisticsCache;

/** A side of images on disk. */
record FidImages(String side, ImageSelection selection, SourceBatches images) implements FidSource {
  static FidImages open(String side, Path path, CommandLine options) throws IOException {
    String only = options.text(side + "-only").orElse("");
    ImageSelection selection = new ImageSelection(path, only, null);
    return new FidImages(
        side, selection, SourceBatches.open(selection, FeaturePass.BATCH, options.has("strict")));
  }

  // A reference is the same for many models: what was measured of it is kept.
  @Override
  public Side measure(FidPass pass) throws IOException {
    boolean statisticsDo =
        side.equals(REFERENCE)
            && pass.metrics().stream().noneMatch(metric -> metric.needsImages(true));
    FeatureSet features = statisticsDo ? FeatureSet.of(statistics(pass)) : measured(pass);
    String name = selection.source() + (selection.only().isEmpty() ? "" : " " + selection.only());
    long count = features.fit().count();
    Map<String, Object> numbers = new LinkedHashMap<>();
    numbers.put("source", name);
    numbers.put("count", count);
    return new Side(name + ": " + count + " images", numbers, features);
  }

  private GaussianFit statistics(FidPass pass) throws IOException {
    String hash = ContentHash.of(selection.source());
    String key = selection.only().isEmpty() ? hash : ContentHash.of(hash + " " + selection.only());
    StatisticsCache cache = StatisticsCache.ofUser();
    String extractor = pass.extractor().fingerprint();
    Path file = cache.file(key, extractor);
    if (Files.exists(file)) {
      pass.err().println(side + ": was measured before, taken from " + file);
    }
    return cache.get(key, extractor, () -> Optional.of(measured(pass).fit())).orElseThrow();
  }

  private FeatureSet measured(FidPass pass) throws IOException {
    FeatureSet features = pass.over(side, images);
    for (String warning : images.report().warnings()) {
      pass.err().println("warning: " + selection.source() + ": " + warning);
    }
    return features;
  }

  @Override
  public void close() throws IOException {
    images.close();
  }
}
