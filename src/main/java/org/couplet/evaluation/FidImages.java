package org.couplet.evaluation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.couplet.command.Shard;
import org.couplet.data.SourceBatches;
import org.couplet.image.SourceReport;
import org.couplet.io.InvalidInputException;
import org.couplet.metric.FeaturePass;
import org.couplet.metric.FeatureSet;
import org.couplet.metric.GaussianFit;
import org.couplet.metric.Metric;
import org.couplet.metric.ShardFeatures;
import org.couplet.metric.StatisticsCache;
import org.couplet.source.ImageSelection;

/**
 * A side of images on disk.
 *
 * @param total number of images, of all shards
 * @param shard to measure, if not all
 */
record FidImages(
    String side,
    ImageSelection selection,
    SourceBatches images,
    boolean strict,
    long total,
    Optional<Shard> shard)
    implements FidSource {
  static FidImages open(String side, Path path, SourceOptions options) throws IOException {
    ImageSelection selection =
        new ImageSelection(path, options.only(), options.split(), side + "-");
    SourceBatches images = SourceBatches.open(selection, FeaturePass.BATCH, options.strict());
    try {
      long total = images.count();
      Optional<Shard> shard = options.shard();
      if (shard.isPresent()) {
        Shard.Rows rows = shard.get().rows(total, FeaturePass.BATCH);
        images.restrict(rows.first(), rows.count());
      }
      return new FidImages(side, selection, images, options.strict(), total, shard);
    } catch (IOException | RuntimeException e) {
      images.close();
      throw e;
    }
  }

  @Override
  public void check(FidPass pass) throws IOException {
    FidSource.super.check(pass);
    pass.requireEnough(side, total);
  }

  // A reference is the same for many models: what was measured of it is kept.
  @Override
  public Side measure(FidPass pass) throws IOException {
    boolean statisticsDo =
        side.equals(REFERENCE)
            && pass.metrics().stream()
                .noneMatch(metric -> metric.needs().reference() != Metric.Kept.STATISTICS);
    FeatureSet features = statisticsDo ? FeatureSet.of(statistics(pass)) : measured(pass);
    long count = features.fit().count();
    return new Side(description(count), numbers(count), features);
  }

  private String name() {
    return selection.source()
        + selection.only().map(only -> " " + only).orElse("")
        + selection.split().map(split -> ", split " + split.word()).orElse("");
  }

  private Map<String, Object> numbers(long count) {
    Map<String, Object> numbers = new LinkedHashMap<>();
    numbers.put("source", name());
    numbers.put("count", count);
    return numbers;
  }

  private String description(long count) {
    return name() + ": " + count + " images" + size();
  }

  @Override
  public Part part(FidPass pass) throws IOException {
    Shard one = shard.orElseThrow();
    Shard.Rows rows = one.rows(total, FeaturePass.BATCH);
    Map<String, String> identity = new LinkedHashMap<>();
    identity.put("the content of --generated", selection.contentSketch());
    identity.put("the number of images", String.valueOf(total));
    ShardFeatures features = pass.shard(images, one, rows.first());
    warn(pass);
    return new Part(
        pass.header(
            one,
            features,
            identity,
            new ShardFile.Images(total, images.report().leftOutCount(), size()),
            numbers(total),
            description(total)),
        features);
  }

  // Height x width, if they were looked at and are all the same.
  private String size() {
    SourceReport report = images.report();
    return report.sizes() == 1 ? " of " + report.largest().orElseThrow() : "";
  }

  private GaussianFit statistics(FidPass pass) throws IOException {
    GaussianFit fit =
        StatisticsCache.ofUser()
            .get(
                selection.contentHash(),
                pass.extractor().fingerprint(),
                line -> pass.err().println(side + ": " + line),
                () -> Optional.of(measured(pass).fit()))
            .orElseThrow();
    long leftOut = images.count() - fit.count();
    if (leftOut > 0 && images.report().taken() == 0) {
      String line = "%d of %d images were left out".formatted(leftOut, images.count());
      if (strict) {
        throw new InvalidInputException(
            "--" + side + " " + selection.source() + ": " + line + "; leave --strict out to go on");
      }
      pass.err().println("warning: " + selection.source() + ": " + line);
    }
    return fit;
  }

  private FeatureSet measured(FidPass pass) throws IOException {
    FeatureSet features = pass.over(side, images);
    warn(pass);
    return features;
  }

  private void warn(FidPass pass) {
    for (String warning : images.report().warnings()) {
      pass.err().println("warning: " + selection.source() + ": " + warning);
    }
  }

  @Override
  public void close() throws IOException {
    images.close();
  }
}
