package org.couplet.evaluation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.couplet.command.CommandLine;
import org.couplet.command.SamplingOptions;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Spelling;
import org.couplet.metric.FeatureSet;
import org.couplet.metric.Metric;
import org.couplet.metric.ShardFeatures;
import org.couplet.metric.StatisticsFile;
import org.couplet.npy.NpzFile;
import org.couplet.run.TrainedModel;
import org.jspecify.annotations.Nullable;

/** One side of a comparison: a model, images, or statistics of images. */
public sealed interface FidSource extends AutoCloseable
    permits FidModel, FidImages, FidStatistics, FidMerged {
  /** The option that names the images to judge. */
  String GENERATED = "generated";

  /** The option that names those to judge them by. */
  String REFERENCE = "reference";

  /**
   * A side once measured.
   *
   * @param description what it is, in one line
   * @param numbers the same by names
   */
  record Side(String description, Map<String, Object> numbers, FeatureSet features) {}

  /** What one shard measured, and of what it is. */
  record Part(ShardFile.Header header, ShardFeatures features) {}

  /** Rejects options that do not fit the pass, before any work. */
  default void check(FidPass pass) throws IOException {
    pass.extractor();
  }

  /** Measures the shard that was asked for. */
  default Part part(FidPass pass) throws IOException {
    throw new InvalidInputException(
        "--generated: --shard needs images or a model, and these are statistics");
  }

  /** Measures it. */
  Side measure(FidPass pass) throws IOException;

  @Override
  void close() throws IOException;

  /** Opens what an option names, for some metrics. */
  static FidSource open(String side, CommandLine options, Set<Metric> metrics) throws IOException {
    Path path = options.path(side);
    Kind kind = kind(side, path, metrics);
    if (kind == Kind.MODEL) {
      refuse(options, ofImages(side), "images, but --" + side + " is a model");
    } else if (side.equals(GENERATED)) {
      refuse(options, SamplingOptions.NAMES, "models, but --" + side + " is not a model");
    }
    if (kind == Kind.STATISTICS) {
      refuse(options, ofImages(side), "images, but --" + side + " are statistics");
    }
    return open(side, kind, path, SourceOptions.of(side, options));
  }

  /** Opens what lies at a path, for some metrics. */
  static FidSource open(String side, Path path, SourceOptions options, Set<Metric> metrics)
      throws IOException {
    return open(side, kind(side, path, metrics), path, options);
  }

  private static FidSource open(String side, Kind kind, Path path, SourceOptions options)
      throws IOException {
    return switch (kind) {
      case MODEL -> FidModel.open(side, path, options);
      case STATISTICS -> new FidStatistics(side, path, StatisticsFile.read(path));
      case IMAGES -> FidImages.open(side, path, options);
    };
  }

  /** What may lie at a path. */
  enum Kind {
    MODEL,
    STATISTICS,
    IMAGES
  }

  private static Kind kind(String side, Path path, Set<Metric> metrics) throws IOException {
    if (!Files.exists(path)) {
      throw new InvalidInputException(
          "--"
              + side
              + " "
              + path
              + ": no such file or folder"
              + Spelling.nearby(path, Files::exists));
    }
    if (TrainedModel.isIn(path)) {
      if (!side.equals(GENERATED)) {
        throw new InvalidInputException(
            "--" + side + " " + path + ": is a model; give it as --" + GENERATED);
      }
      return Kind.MODEL;
    }
    boolean needsImages =
        metrics.stream()
            .anyMatch(metric -> metric.of(side.equals(REFERENCE)) != Metric.Kept.STATISTICS);
    return isStatistics(path, needsImages) ? Kind.STATISTICS : Kind.IMAGES;
  }

  /** Whether an option names something that only a feature network can measure. */
  static boolean needsNetwork(String side, CommandLine options, Set<Metric> metrics)
      throws IOException {
    return options.has(side) && kind(side, options.path(side), metrics) != Kind.STATISTICS;
  }

  /** Rejects what can't be measured or compared, before any work. */
  static void check(FidPass pass, @Nullable FidSource generated, @Nullable FidSource reference)
      throws IOException {
    if (generated != null) {
      generated.check(pass);
    }
    if (reference != null) {
      reference.check(pass);
    }
    if (generated instanceof FidMerged merged && reference instanceof FidStatistics other) {
      merged.checkAgainst(other);
    }
    if (generated instanceof FidStatistics one && reference instanceof FidStatistics other) {
      one.checkAgainst(other);
    }
  }

  /** Rejects options of a side that was not given. */
  static void refuseAbsent(String side, CommandLine options) {
    refuse(options, ofImages(side), "--" + side + ", which is missing");
    if (side.equals(GENERATED)) {
      refuse(options, SamplingOptions.NAMES, "models, but --" + side + " is missing");
    }
  }

  private static List<String> ofImages(String side) {
    return List.of(side + "-only", side + "-split");
  }

  // Options that would be passed over in silence.
  private static void refuse(CommandLine options, List<String> names, String why) {
    for (String name : names) {
      if (options.has(name)) {
        throw new InvalidInputException("--" + name + ": is for " + why);
      }
    }
  }

  // Some files have both; statistics are done sooner, and may be of more images.
  private static boolean isStatistics(Path path, boolean needsImages) throws IOException {
    if (!Files.isRegularFile(path) || !path.toString().endsWith(".npz")) {
      return false;
    }
    try (NpzFile npz = NpzFile.open(path)) {
      List<String> names = npz.names();
      return StatisticsFile.isLike(names) && !(needsImages && names.contains("arr_0"));
    }
  }
}
