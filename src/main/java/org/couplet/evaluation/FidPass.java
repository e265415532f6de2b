package org.couplet.evaluation;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.couplet.command.Shard;
import org.couplet.data.ImageBatches;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Version;
import org.couplet.metric.FeatureCollector;
import org.couplet.metric.FeaturePass;
import org.couplet.metric.FeatureSet;
import org.couplet.metric.Fid;
import org.couplet.metric.Metric;
import org.couplet.metric.Score;
import org.couplet.metric.ShardFeatures;
import org.couplet.program.FeatureProgram;
import org.couplet.report.Json;
import org.couplet.report.Progress;

/** How the sides of a comparison are measured. */
public final class FidPass {
  private final Optional<FeatureProgram> network;
  private final Set<Metric> metrics;
  private final PrintStream err;

  /**
   * @param network absent where both sides are statistics
   * @param err where progress and warnings go
   */
  public FidPass(Optional<FeatureProgram> network, Set<Metric> metrics, PrintStream err) {
    this.network = network;
    this.metrics = metrics;
    this.err = err;
  }

  /**
   * Loads a feature network for some metrics.
   *
   * @param signature that maps images to features
   * @throws InvalidInputException if it lacks what they need
   */
  public static FeatureProgram load(Path folder, String signature, Set<Metric> metrics)
      throws IOException {
    FeatureProgram network = FeatureProgram.load(folder, signature, 0);
    for (Metric metric : metrics) {
      if (metric.needs().generated() == Metric.Kept.LOGITS && network.classes() == 0) {
        network.close();
        throw new InvalidInputException(
            "--inception %s: has no logits, which %s requires; leave %s out, or give what `couplet"
                    .formatted(folder, metric.word(), metric.word())
                + " inception` wrote");
      }
    }
    return network;
  }

  /** The feature network; empty where both sides are statistics already. */
  public Optional<FeatureProgram> network() {
    return network;
  }

  /** What is measured. */
  public Set<Metric> metrics() {
    return metrics;
  }

  /** Where progress and warnings go. */
  public PrintStream err() {
    return err;
  }

  /** The feature network, for a side that needs it. */
  public FeatureProgram extractor() {
    return network.orElseThrow(FidPass::networkMissing);
  }

  /** What to say where there is no feature network, and one is needed. */
  public static InvalidInputException networkMissing() {
    String problem = "--inception is missing: images need a feature network; ";
    return new InvalidInputException(
        problem
            + (Files.exists(Path.of(FeatureProgram.USUAL_FOLDER))
                ? "add --inception " + FeatureProgram.USUAL_FOLDER
                : FeatureProgram.source()));
  }

  /** Measures all images and reports progress. */
  FeatureSet over(String side, ImageBatches images) throws IOException {
    FeatureCollector collector =
        new FeatureCollector(extractor(), metrics, side.equals(FidSource.REFERENCE));
    run(side, images, collector.needsLogits(), collector::add);
    requireEnough(side, collector.count());
    warnOfFew(side, collector.count(), extractor().dimension());
    return collector.set();
  }

  /**
   * Measures a shard of the generated images.
   *
   * @param first index of its first image
   */
  ShardFeatures shard(ImageBatches images, Shard shard, long first) throws IOException {
    ShardCollector collector = new ShardCollector(extractor(), metrics, first);
    run("shard " + shard, images, collector.needsLogits(), collector::add);
    return collector.features();
  }

  /**
   * The header of a shard's file.
   *
   * @param source what must be the same in all shards, beside the network and the version
   * @param images that were looked at
   * @param numbers of all shards, as of {@link FidSource.Side}
   * @param description of all shards, as of {@link FidSource.Side}
   */
  ShardFile.Header header(
      Shard shard,
      ShardFeatures features,
      Map<String, String> source,
      ShardFile.Images images,
      Map<String, Object> numbers,
      String description)
      throws IOException {
    Map<String, String> identity = new LinkedHashMap<>(source);
    identity.put("the feature network", extractor().fingerprint());
    identity.put("--metrics", metrics.stream().map(Metric::word).collect(Collectors.joining(",")));
    identity.put("Couplet's version", Version.describe());
    return new ShardFile.Header(
        ShardFile.format(),
        shard.index(),
        shard.of(),
        features.moments().count(),
        extractor().dimension(),
        features.classes().map(sums -> sums[0].length - 1).orElse(0),
        features.rows().isPresent(),
        features.rows().map(rows -> rows.slots().length).orElse(0),
        identity,
        extractor().fingerprint(),
        images,
        Json.GSON.toJsonTree(numbers).getAsJsonObject(),
        description);
  }

  /**
   * All scores.
   *
   * @param reference absent where no metric needs it
   * @throws InvalidInputException if a side's numbers are too large
   */
  public List<Score> scores(FidSource.Side generated, Optional<FidSource.Side> reference) {
    List<Score> scores = new ArrayList<>();
    FeatureSet made = generated.features();
    for (Metric metric : metrics) {
      // Some take half a minute.
      err.println("computing " + metric.word());
      try {
        Score score = metric.score(made, reference.map(FidSource.Side::features).orElse(made));
        scores.add(isByInception(made) ? score : score.byOtherFeatures());
      } catch (ArithmeticException e) {
        throw new InvalidInputException(
            metric.word() + ": the statistics' numbers are too large to compare", e);
      }
    }
    return scores;
  }

  // Statistics alone don't say; other networks seldom have as many features.
  private boolean isByInception(FeatureSet generated) {
    return network
        .map(FeatureProgram::isInception)
        .orElse(generated.fit().dimension() == FeatureProgram.INCEPTION_FEATURES);
  }

  private void run(
      String side, ImageBatches images, boolean logits, Consumer<FeatureProgram.Outputs> sink)
      throws IOException {
    FeaturePass pass = new FeaturePass(extractor(), logits);
    FeaturePass.Pace pace;
    try (Progress progress = new Progress(side, images.count(), err)) {
      long begun = System.nanoTime();
      pace =
          pass.over(
              images,
              sink,
              seen -> {
                double seconds = (System.nanoTime() - begun) / 1e9;
                progress.passTo(seen, String.format(Locale.ROOT, "%.1f images/s", seen / seconds));
                return true;
              });
    }
    err.printf(
        Locale.ROOT,
        "%s: %d images in %s, %.1f images/s, %.0f%% of the time in the network%n",
        side,
        pace.images(),
        Progress.describe(Duration.ofMillis((long) (pace.seconds() * 1000))),
        pace.images() / pace.seconds(),
        100 * pace.networkSeconds() / pace.seconds());
  }

  /** Requires as many images of a side as each metric needs. */
  void requireEnough(String side, long images) {
    for (Metric metric : metrics.isEmpty() ? Set.of(new Fid()) : metrics) {
      boolean concerned = side.equals(FidSource.GENERATED) || metric.needsReference();
      if (concerned && images < metric.needs().leastImages()) {
        throw new InvalidInputException(
            "--%s: has %d image%s, but %s needs at least %d"
                .formatted(
                    side,
                    images,
                    images == 1 ? "" : "s",
                    metric.word(),
                    metric.needs().leastImages()));
      }
    }
  }

  /** Warns where a side has fewer images than the network has features. */
  void warnOfFew(String side, long images, int dimension) {
    boolean asFid = metrics.isEmpty() || metrics.stream().anyMatch(Metric::growsWithFewImages);
    if (asFid && images < dimension) {
      err.printf(
          "warning: --%s: %d images are fewer than the %d features: such a FID is exact for these"
              + " images, but far larger than that of many; take more, or read kid%n",
          side, images, dimension);
    }
  }
}
