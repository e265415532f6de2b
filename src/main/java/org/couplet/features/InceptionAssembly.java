package org.couplet.features;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.couplet.assembly.Pixels;
import org.couplet.contract.Contract;
import org.couplet.contract.Signature;
import org.couplet.inception.FrozenGraph;
import org.couplet.inception.InceptionGraph;
import org.couplet.io.InvalidInputException;
import org.couplet.savedmodel.SavedModelFile;
import org.couplet.savedmodel.Signatures;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/**
 * Turns the published Inception graph of 2015-12-05 into a feature network, for the Frechet
 * inception distance (Heusel et al. 2017) and the Inception score (Salimans et al. 2016).
 */
public final class InceptionAssembly {
  private InceptionAssembly() {}

  /**
   * Writes the network: uint8 images [n, height, width, 1 or 3] of any size to float32 features [n,
   * 2048], and to logits [n, 1008] under {@link Contract#LOGITS}. Grey stands for equal red, green
   * and blue. The same source makes the same {@code saved_model.pb}.
   *
   * @param source TensorFlow's inception-2015-12-05.tgz, or the classify_image_graph_def.pb in it;
   *     which it is the content tells
   * @param folder must not exist yet
   * @throws InvalidInputException if {@code source} is neither, or damaged
   */
  public static void write(Path source, Path folder) throws IOException {
    FrozenGraph network = InceptionGraph.read(source);
    try (Graph graph = new Graph()) {
      importInto(graph, network);
      requireFeatures(graph, network);
      Map<String, Output<?>> images = Map.of(Contract.IMAGES, output(graph, Contract.IMAGES));
      Output<?> features = output(graph, InceptionGraph.FEATURES);
      Signatures signatures = new Signatures();
      signatures.add(Signature.FEATURES, images, Map.of(Contract.FEATURES, features));
      signatures.add(
          Signature.LOGITS,
          images,
          Map.of(
              Contract.LOGITS, output(graph, InceptionGraph.LOGITS),
              Contract.LOGITS_UNBIASED, output(graph, InceptionGraph.LOGITS_UNBIASED),
              Contract.FEATURES, features));
      SavedModelFile.write(folder, Contract.SERVE_TAG, graph, signatures);
    }
  }

  // An import can't be wired to what its graph has already, so both parts come as one.
  private static void importInto(Graph graph, FrozenGraph network) {
    GraphDef whole = input().toBuilder().addAllNode(network.nodes().values()).build();
    try {
      graph.importGraphDef(whole);
    } catch (TensorFlowException | IllegalArgumentException e) {
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new InvalidInputException(
          network.source() + ": TensorFlow refuses the graph: " + reason, e);
    }
  }

  // From uint8 images to what the published graph has at the place of this name.
  private static GraphDef input() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TUint8> images =
          tf.withName(Contract.IMAGES)
              .placeholder(TUint8.class, Placeholder.shape(Shape.of(-1, -1, -1, -1)));
      Ops scope = tf.withSubScope("input");
      Operand<TFloat32> colours = Pixels.colour(scope, scope.dtypes.cast(images, TFloat32.class));
      tf.withName(InceptionGraph.IMAGES).ensureShape(colours, Shape.of(-1, -1, -1, 3));
      return graph.toGraphDef();
    }
  }

  private static void requireFeatures(Graph graph, FrozenGraph network) {
    // As text: shapes with an open size never equal each other.
    String pooled = output(graph, InceptionGraph.POOL).shape().toString();
    String expected = Shape.of(-1, 1, 1, InceptionGraph.DIMENSION).toString();
    if (!pooled.equals(expected)) {
      throw InceptionGraph.differs(network, InceptionGraph.POOL, pooled, expected);
    }
  }

  private static Output<?> output(Graph graph, String name) {
    return graph.operationOrThrow(name).output(0);
  }
}
