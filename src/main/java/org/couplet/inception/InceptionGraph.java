package org.couplet.inception;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.couplet.io.InvalidInputException;
import org.tensorflow.proto.NodeDef;

/**
 * The graph of TensorFlow's archive inception-2015-12-05: Inception-v3 (Szegedy et al. 2015,
 * "Rethinking the Inception Architecture for Computer Vision"), whose features the Frechet
 * inception distance (Heusel et al. 2017) and whose logits the Inception score (Salimans et al.
 * 2016) are defined by.
 */
public final class InceptionGraph {
  /** Where images [n, height, width, 3] of 0..255 come in. */
  public static final String IMAGES = "ExpandDims";

  /** The features [n, 1, 1, 2048], a mean over the last maps. */
  public static final String POOL = "pool_3";

  /** {@link #POOL} as [n, 2048]. */
  public static final String FEATURES = "pool_3/_reshape";

  /** The features times the classifier's weights: [n, 1008]. */
  public static final String LOGITS_UNBIASED = "softmax/logits/MatMul";

  /** The same and the classifier's biases: [n, 1008]. */
  public static final String LOGITS = "softmax/logits";

  /** Number of features. */
  public static final int DIMENSION = 2048;

  private static final String FILE = "classify_image_graph_def.pb";
  private static final int SIZE = 299;
  private static final int CLASSES = 1008;
  private static final String REMEDY = "; tools/fetch-inception.sh fetches the graph that is meant";

  /** A node that must be there, of one of some kinds, and the node it reads first. */
  private record Expected(String name, Set<String> kinds, String reads) {}

  // From the end back to the images, as a node read by none is left out.
  private static final List<Expected> EXPECTED =
      List.of(
          new Expected(LOGITS, Set.of("Add", "BiasAdd"), LOGITS_UNBIASED),
          new Expected(LOGITS_UNBIASED, Set.of("MatMul"), FEATURES),
          new Expected(FEATURES, Set.of("Reshape"), POOL),
          new Expected(POOL, Set.of("AvgPool"), "mixed_10/join"),
          new Expected("conv/Conv2D", Set.of("Conv2D"), "Mul"),
          new Expected("Mul", Set.of("Mul"), "Sub"),
          new Expected("Sub", Set.of("Sub"), "ResizeBilinear"),
          new Expected("ResizeBilinear", Set.of("ResizeBilinear"), IMAGES));

  private InceptionGraph() {}

  /**
   * Reads the graph and brings it to today's operations: from {@link #IMAGES}, which is left out,
   * to {@link #FEATURES} and {@link #LOGITS}. The resize to 299 x 299 and the scaling stay as they
   * are published.
   *
   * @param source the archive or the graph in it, whatever its name
   * @throws InvalidInputException if it is anything else
   */
  public static FrozenGraph read(Path source) throws IOException {
    FrozenGraph published = FrozenGraph.read(source, FILE);
    List<String> missing =
        EXPECTED.stream()
            .map(Expected::name)
            .filter(name -> !published.nodes().containsKey(name))
            .toList();
    if (!missing.isEmpty()) {
      List<String> names = List.copyOf(published.nodes().keySet());
      throw published.refusal(
          "not the Inception graph of 2015-12-05, but one of nodes like '%s' and '%s', without %s%s"
              .formatted(
                  names.get(0), names.get(names.size() - 1), String.join(", ", missing), REMEDY));
    }
    FrozenGraph graph = FrozenGraphRewrite.rewrite(published, IMAGES, List.of(FEATURES, LOGITS));
    EXPECTED.forEach(expected -> check(graph, expected));
    checkConstants(graph);
    return graph;
  }

  private static void check(FrozenGraph graph, Expected expected) {
    NodeDef node = graph.node(expected.name());
    if (!expected.kinds().contains(node.getOp())) {
      String kinds = String.join(" or ", new TreeSet<>(expected.kinds()));
      throw differs(graph, expected.name(), node.getOp(), kinds);
    }
    String reads = graph.inputName(node, 0);
    if (!reads.equals(expected.reads())) {
      throw differs(graph, expected.name() + "'s input", reads, expected.reads());
    }
  }

  private static void checkConstants(FrozenGraph graph) {
    NodeDef size = graph.input(graph.node("ResizeBilinear"), 1);
    int[] pixels = ConstantNode.ints(graph, size);
    require(graph, size, Arrays.toString(pixels), Arrays.toString(new int[] {SIZE, SIZE}));
    for (Map.Entry<String, Float> scalar : Map.of("Sub", 128f, "Mul", 1 / 128f).entrySet()) {
      NodeDef constant = graph.input(graph.node(scalar.getKey()), 1);
      float[] values = ConstantNode.floats(graph, constant);
      require(graph, constant, Arrays.toString(values), "[" + scalar.getValue() + "]");
    }
    NodeDef weights = graph.input(graph.node(LOGITS_UNBIASED), 1);
    String shape = ConstantNode.shape(graph, weights).toString();
    require(graph, weights, shape, List.of(DIMENSION, CLASSES).toString());
  }

  private static void require(FrozenGraph graph, NodeDef node, String found, String expected) {
    if (!found.equals(expected)) {
      throw differs(graph, node.getName(), found, expected);
    }
  }

  /** Complains that something in the graph is not what the published one has. */
  public static InvalidInputException differs(
      FrozenGraph graph, String what, String found, String expected) {
    return graph.refusal(
        "not the Inception graph of 2015-12-05: %s is %s, not %s%s"
            .formatted(what, found, expected, REMEDY));
  }
}
