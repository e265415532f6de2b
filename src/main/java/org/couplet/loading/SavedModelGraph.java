package org.couplet.loading;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.couplet.contract.Contract;
import org.couplet.damage.FileDigest;
import org.couplet.damage.GraphCheck;
import org.couplet.io.ContentHash;
import org.couplet.io.FileFailure;
import org.couplet.io.InvalidInputException;
import org.couplet.io.Spelling;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
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

  // The memory optimizer may split sums into operations that XLA can't compile. The TFG optimizer
  // infers shapes that others infer again, and takes a fifth of a first step.
  private static final RewriterConfig REWRITES =
      RewriterConfig.newBuilder()
          .setMemoryOptimization(RewriterConfig.MemOptType.NO_MEM_OPT)
          .setMetaOptimizerIterations(RewriterConfig.NumIterationsType.ONE)
          .setDisableTfgOptimizer(true)
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

  /** The file that has the digest of {@link #file}. */
  public static Path digest(Path folder) {
    return folder.resolve(Contract.EXTRA_FOLDER).resolve(Contract.DIGEST_FILE);
  }

  /** The file that holds the graphs; a folder without it is refused. */
  public static Path file(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(
          folder
              + ": no SavedModel is there (saved_model.pb is missing); give a folder such as"
              + " `couplet build`, `couplet export` or `couplet inception` writes"
              + Spelling.nearby(folder, SavedModelGraph::isIn));
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
      FileDigest.check(file, bytes, digest(folder));
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

  /** A hash of what a graph computes: the same wherever Couplet builds it. */
  public static String fingerprint(Path folder, String tag) {
    GraphDef graph = sorted(read(folder, tag).getGraphDef());
    byte[] bytes = new byte[graph.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    // Maps have an order of their own in each process.
    out.useDeterministicSerialization();
    try {
      graph.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ContentHash.of(Stream.of(bytes));
  }

  // TensorFlow writes a function's nodes in an order that varies.
  private static GraphDef sorted(GraphDef graph) {
    List<FunctionDef> functions =
        graph.getLibrary().getFunctionList().stream()
            .sorted(Comparator.comparing(function -> function.getSignature().getName()))
            .map(
                function ->
                    function.toBuilder()
                        .clearNodeDef()
                        .addAllNodeDef(sorted(function.getNodeDefList()))
                        .build())
            .toList();
    return graph.toBuilder()
        .clearNode()
        .addAllNode(sorted(graph.getNodeList()))
        .setLibrary(graph.getLibrary().toBuilder().clearFunction().addAllFunction(functions))
        .build();
  }

  private static List<NodeDef> sorted(List<NodeDef> nodes) {
    return nodes.stream().sorted(Comparator.comparing(NodeDef::getName)).toList();
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
