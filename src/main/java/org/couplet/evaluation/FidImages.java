package org.couplet.evaluation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.couplet.command.CommandLine;
import org.couplet.data.SourceBatches;
import org.couplet.image.SourceReport;
import org.couplet.io.InvalidInputException;
import org.couplet.metric.FeaturePass;
import org.couplet.metric.FeatureSet;
import org.couplet.metric.GaussianFit;
import org.couplet.metric.Metric;
import org.couplet.metric.StatisticsCache;
import org.couplet.source.ImageSelection;
import org.couplet.source.Split;

/** A side of images on disk. */
record FidImages(String side, ImageSelection selection, SourceBatches images, boolean strict)
    implements FidSource {
  static FidImages open(String side, Path path, CommandLine options) throws IOException {
    ImageSelection selection =
        new ImageSelection(
            path,
            options.text(side + "-only").filter(prefix -> !prefix.isEmpty()),
            options.one(side + "-split", Split::parse, Split.WORDS),
            side + "-");
    boolean strict = options.has("strict");
    return new FidImages(
        side, selection, SourceBatches.open(selection, FeaturePass.BATCH, strict), strict);
  }

  @Override
  public void check(FidPass pass) throws IOException {
    FidSource.super.check(pass);
    pass.requireEnough(side, images.count());
  }

  // A reference is the same for many models: what was measured of it is kept.
  @Override
  public Side measure(FidPass pass) throws IOException {
    boolean statisticsDo =
        side.equals(REFERENCE)
            && pass.metrics().stream()
                .noneMatch(metric -> metric.needs().reference() != Metric.Kept.STATISTICS);
    FeatureSet features = statisticsDo ? FeatureSet.of(statistics(pass)) : measured(pass);
    String name =
        selection.source()
            + selection.only().map(only -> " " + only).orElse("")
            + selection.split().map(split -> ", split " + split.word()).orElse("");
    long count = features.fit().count();
    Map<String, Object> numbers = new LinkedHashMap<>();
    numbers.put("source", name);
    numbers.put("count", count);
    return new Side(name + ": " + count + " images" + size(), numbers, features);
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
