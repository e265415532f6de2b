package org.couplet.evaluation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.couplet.io.InvalidInputException;
import org.couplet.metric.FeatureSet;
import org.couplet.metric.Metric;
import org.couplet.metric.StatisticsFile;
import org.couplet.program.FeatureProgram;

/** A side of which statistics were written before, by Couplet or another tool. */
public record FidStatistics(String side, Path path, StatisticsFile.Stored stored)
    implements FidSource {
  @Override
  public void check(FidPass pass) throws IOException {
    for (Metric metric : pass.metrics()) {
      if (metric.of(side.equals(REFERENCE)) != Metric.Kept.STATISTICS) {
        throw new InvalidInputException(
            "--%s %s: --metrics %s needs images, and these are statistics; give the images"
                .formatted(side, path, metric.word()));
      }
    }
    if (pass.network().isPresent()) {
      check(pass.network().get(), pass);
    }
  }

  @Override
  public Side measure(FidPass pass) {
    long count = stored.fit().count();
    Map<String, Object> numbers = new LinkedHashMap<>();
    numbers.put("source", path.toString());
    if (count > 0) {
      numbers.put("count", count);
    }
    String description =
        path
            + ": statistics of "
            + (count == 0 ? "a number of images not stored" : count + " images");
    return new Side(description, numbers, FeatureSet.of(stored.fit()));
  }

  /** Requires statistics that can be compared with these. */
  public void checkAgainst(FidStatistics other) {
    boolean differ =
        stored.extractor().isPresent()
            && other.stored.extractor().isPresent()
            && !stored.extractor().equals(other.stored.extractor());
    if (differ || stored.fit().dimension() != other.stored.fit().dimension()) {
      throw new InvalidInputException(
          path + " and " + other.path + ": are statistics of different feature networks");
    }
  }

  private void check(FeatureProgram network, FidPass pass) throws IOException {
    Optional<String> extractor = stored.extractor();
    String fingerprint = network.fingerprint();
    if (extractor.isEmpty()) {
      pass.err()
          .println(
              "warning: "
                  + path
                  + " does not say which network its features are of; right only if it was "
                  + network.folder());
    } else if (!extractor.get().equals(fingerprint)) {
      throw new InvalidInputException(
          "--%s %s: are statistics of another feature network (%s) than --inception %s (%s);"
                  .formatted(
                      side,
                      path,
                      extractor.get().substring(0, 12),
                      network.folder(),
                      fingerprint.substring(0, 12))
              + " give that network, or measure the images again");
    }
    if (stored.fit().dimension() != network.dimension()) {
      throw new InvalidInputException(
          "--%s %s: has statistics of %d features, but --inception %s makes %d"
              .formatted(
                  side, path, stored.fit().dimension(), network.folder(), network.dimension()));
    }
  }

  @Override
  public void close() {}
}
