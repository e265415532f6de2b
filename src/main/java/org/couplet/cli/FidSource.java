package org.couplet.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.couplet.data.NpzFile;
import org.couplet.io.InvalidInputException;
import org.couplet.metric.FeatureSet;
import org.couplet.metric.StatisticsFile;
import org.couplet.train.TrainedModel;

/** One side of a comparison: a model, images, or statistics of images. */
sealed interface FidSource extends AutoCloseable permits FidModel, FidImages, FidStatistics {
  /** The option that names the images to judge. */
  String GENERATED = "generated";

  /** The option that names those to judge them by. */
  String REFERENCE = "reference";

  /**
   * A side once measured.
   *
   * @param words what it is
   * @param numbers the same by names
   */
  record Side(String words, Map<String, Object> numbers, FeatureSet features) {}

  /** Refuses what does not go with the pass, before any work. */
  default void check(FidPass pass) throws IOException {
    pass.extractor();
  }

  /** Measures it. */
  Side measure(FidPass pass) throws IOException;

  @Override
  void close() throws IOException;

  /** Opens what an option names. */
  static FidSource open(String side, CommandLine options) throws IOException {
    Path path = options.requiredPath(side);
    if (!Files.exists(path)) {
      throw new InvalidInputException("--" + side + " " + path + ": no such file or folder");
    }
    if (TrainedModel.isIn(path)) {
      return FidModel.open(side, path, options);
    }
    refuseSampling(side, options);
    return isStatistics(path)
        ? new FidStatistics(side, path, StatisticsFile.read(path))
        : FidImages.open(side, path, options);
  }

  // Options that would be passed over in silence.
  private static void refuseSampling(String side, CommandLine options) {
    Stream.concat(Stream.of("count"), SamplingOptions.names().stream())
        .filter(option -> side.equals(GENERATED) && options.has(option))
        .findFirst()
        .ifPresent(
            option -> {
              throw new InvalidInputException(
                  "--" + option + ": is for models, but --" + side + " is none");
            });
  }

  private static boolean isStatistics(Path path) throws IOException {
    if (!Files.isRegularFile(path) || !path.toString().endsWith(".npz")) {
      return false;
    }
    try (NpzFile npz = NpzFile.open(path)) {
      return npz.names().contains("mu") || npz.names().contains("sigma");
    }
  }
}
