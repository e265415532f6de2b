package org.couplet.program;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.couplet.inspection.GraphCheck;
import org.couplet.io.ContentHash;
import org.couplet.io.FileFailure;
import org.couplet.io.InvalidInputException;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.RewriterConfig;
import org.tensorflow.proto.SavedModel;

/** What a SavedModel's file says, without loading it into a session. */
public final class SavedModelGraph {
  private static final String FILE = "saved_model.pb";
  // A few more threads than cores do no harm: a run may come from a larger machine.
  private static final int MOST_THREADS = 256;
  private static final int MOST_PER_CORE = 4;
  private static final Set<String> PARTS =
      Set.of(FILE, "variables", "assets", Contract.EXTRA_FOLDER, "fingerprint.pb");

  // The memory optimizer may split sums into operations that XLA can't compile.
  private static final RewriterConfig REWRITES =
      RewriterConfig.newBuilder()
          .setMemoryOptimization(RewriterConfig.MemOptType.NO_MEM_OPT)
          .setMetaOptimizerIterations(RewriterConfig.NumIterationsType.ONE)
          .build();

  private SavedModelGraph() {}

  /**
   * How sessions run a SavedModel.
   *
   * @param threads of one operation; 0: all cores
   * @throws InvalidInputException if they are far more than the machine has cores
   */
  public static ConfigProto session(int threads) {
    int cores = Runtime.getRuntime().availableProcessors();
    if (threads > Math.max(MOST_THREADS, MOST_PER_CORE * cores)) {
      throw new InvalidInputException(
          "runtime.threads: %d threads on %d cores; give at most %d, or 0 for all cores"
              .formatted(threads, cores, cores));
    }
    return ConfigProto.newBuilder()
        .setIntraOpParallelismThreads(threads)
        .setInterOpParallelismThreads(threads)
        .setGraphOptions(GraphOptions.newBuilder().setRewriteOptions(REWRITES))
        .build();
  }

  /** Whether a SavedModel is in a folder. */
  public static boolean isIn(Path folder) {
    return Files.isRegularFile(folder.resolve(FILE));
  }

  /** Whether a SavedModel's folder may have an entry of this name. */
  public static boolean isPart(String name) {
    return PARTS.contains(name);
  }

  /** The file that holds the graphs; a folder without it is refused. */
  public static Path file(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(
          folder
              + ": no SavedModel is there (saved_model.pb is missing); give a folder such as"
              + " `couplet build`, `couplet export` or `couplet inception` writes");
    }
    return file;
  }

  /**
   * Reads the graph with a tag.
   *
   * @throws InvalidInputException if there is no SavedModel, none with the tag, or a damaged one
   */
  public static MetaGraphDef read(Path folder, String tag) {
    List<MetaGraphDef> graphs;
    Path file = file(folder);
    try {
      byte[] bytes = FileFailure.reading(file, () -> Files.readAllBytes(file));
      checkDigest(folder, bytes);
      graphs = SavedModel.parseFrom(bytes).getMetaGraphsList();
    } catch (IOException e) {
      throw new InvalidInputException(
          e instanceof FileFailure failure
              ? String.valueOf(failure.getMessage())
              : folder + ": saved_model.pb can't be read: " + e.getMessage(),
          e);
    }
    MetaGraphDef tagged =
        graphs.stream()
            .filter(graph -> graph.getMetaInfoDef().getTagsList().contains(tag))
            .findFirst()
            .orElseThrow(() -> missing(folder, tag, graphs));
    new GraphCheck(folder).check(tagged);
    return tagged;
  }

  // TensorFlow's format has no checksum. Other programs' models, and older ones, have no digest.
  private static void checkDigest(Path folder, byte[] bytes) throws IOException {
    Path digest = folder.resolve(Contract.EXTRA_FOLDER).resolve(Contract.DIGEST_FILE);
    if (Files.isRegularFile(digest)
        && !Files.readString(digest, StandardCharsets.ISO_8859_1)
            .strip()
            .equals(ContentHash.of(Stream.of(bytes)))) {
      throw new InvalidInputException(
          folder
              + ": saved_model.pb is damaged: its SHA-256 is not the one in "
              + folder.relativize(digest)
              + "; build or export it again, or remove that file if you changed the graph");
    }
  }

  private static InvalidInputException missing(Path folder, String tag, List<MetaGraphDef> graphs) {
    List<String> tags =
        graphs.stream().flatMap(graph -> graph.getMetaInfoDef().getTagsList().stream()).toList();
    return new InvalidInputException(
        "%s: the SavedModel has %s, not '%s'; `couplet %s such"
            .formatted(
                folder,
                tags.isEmpty() ? "no tag" : "the tag " + String.join(", ", tags),
                tag,
                tag.equals(Contract.TRAIN_TAG)
                    ? "build` writes"
                    : "export` and `couplet inception` write"));
  }
}
