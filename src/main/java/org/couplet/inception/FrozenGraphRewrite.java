package org.couplet.inception;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/**
 * Brings a frozen graph of convolutions to the operations that TensorFlow has today, node by node,
 * for any number of rows. It computes the same but for rounding: batch normalisations become part
 * of the convolutions before them.
 */
final class FrozenGraphRewrite {
  // Those that hand on their first input: what they wait for or check is of no use here.
  private static final Set<String> PASSING_ON = Set.of("Identity", "CheckNumerics");

  // None of them mixes rows or has a state.
  private static final Set<String> KNOWN =
      Set.of(
          "Add",
          "AvgPool",
          "BiasAdd",
          "ConcatV2",
          "Const",
          "Conv2D",
          "MatMul",
          "MaxPool",
          "Mul",
          "Relu",
          "Reshape",
          "ResizeBilinear",
          "Sub");

  private static final AttrValue FLOAT = type(DataType.DT_FLOAT);

  private final FrozenGraph graph;
  private final Map<String, NodeDef> changed = new LinkedHashMap<>();

  private FrozenGraphRewrite(FrozenGraph graph) {
    this.graph = graph;
    changed.putAll(graph.nodes());
  }

  /**
   * What makes {@code outputs} out of {@code input}, rewritten. Nodes keep their names.
   *
   * @param input a node that someone else provides, left out here
   */
  static FrozenGraph rewrite(FrozenGraph graph, String input, Collection<String> outputs) {
    FrozenGraph plain =
        new FrozenGraphRewrite(graph.ancestors(outputs, input))
            .withoutPassingOn(input)
            .ancestors(outputs, input);
    FrozenGraph modern = new FrozenGraphRewrite(plain).modern().ancestors(outputs, input);
    for (NodeDef node : modern.nodes().values()) {
      if (!KNOWN.contains(node.getOp())) {
        throw graph.refusal(
            "the node '%s' is a %s, which is not expected there"
                .formatted(node.getName(), node.getOp()));
      }
    }
    return modern;
  }

  // Each node reads what stands before those that pass it on, and waits for nothing else.
  private FrozenGraph withoutPassingOn(String input) {
    for (NodeDef node : graph.nodes().values()) {
      // "_class" places a node beside another, which may be gone.
      NodeDef.Builder rewired = node.toBuilder().clearInput().clearDevice().removeAttr("_class");
      graph.inputs(node).forEach(name -> rewired.addInput(origin(name, input)));
      put(rewired);
    }
    return graph.with(changed);
  }

  private String origin(String name, String input) {
    String origin = name;
    for (int step = 0; step < graph.nodes().size(); step++) {
      if (origin.equals(input) || !PASSING_ON.contains(graph.node(origin).getOp())) {
        return origin;
      }
      origin = graph.inputName(graph.node(origin), 0);
    }
    throw graph.refusal("the node '" + name + "' depends on itself");
  }

  private FrozenGraph modern() {
    Map<String, Integer> readers = new HashMap<>();
    for (NodeDef node : graph.nodes().values()) {
      graph.inputs(node).forEach(name -> readers.merge(name, 1, Integer::sum));
    }
    for (NodeDef node : graph.nodes().values()) {
      switch (node.getOp()) {
        case "BatchNormWithGlobalNormalization" -> fold(node, readers);
        case "Concat" -> concat(node);
        case "Reshape" -> openRows(node);
        default -> {}
      }
    }
    return graph.with(changed);
  }

  private void fold(NodeDef norm, Map<String, Integer> readers) {
    NodeDef convolution = graph.input(norm, 0);
    if (!convolution.getOp().equals("Conv2D") || !layout(convolution).equals("NHWC")) {
      throw graph.refusal(
          "'%s' normalises '%s', which is not a Conv2D of layout NHWC"
              .formatted(norm.getName(), convolution.getName()));
    }
    NodeDef filter = graph.input(convolution, 1);
    for (NodeDef alone : List.of(convolution, filter)) {
      if (readers.getOrDefault(alone.getName(), 0) != 1) {
        throw graph.refusal(
            "'%s' can't become part of '%s', as other nodes read that too"
                .formatted(norm.getName(), alone.getName()));
      }
    }
    NormFold fold = NormFold.of(graph, norm);
    NodeDef bias = fold.bias(norm.getName() + "/bias");
    put(bias.toBuilder());
    put(fold.filter(graph, filter).toBuilder());
    put(
        NodeDef.newBuilder()
            .setName(norm.getName())
            .setOp("BiasAdd")
            .addInput(convolution.getName())
            .addInput(bias.getName())
            .putAttr("T", FLOAT));
  }

  private static String layout(NodeDef node) {
    AttrValue layout = node.getAttrMap().get("data_format");
    return layout == null ? "NHWC" : layout.getS().toStringUtf8();
  }

  // The axis used to come first.
  private void concat(NodeDef node) {
    List<String> inputs = graph.inputs(node);
    put(
        node.toBuilder()
            .setOp("ConcatV2")
            .clearInput()
            .addAllInput(inputs.subList(1, inputs.size()))
            .addInput(graph.inputName(node, 0))
            .putAttr("Tidx", type(DataType.DT_INT32)));
  }

  // A shape that begins with one row becomes one for any number.
  private void openRows(NodeDef node) {
    int[] shape = ConstantNode.ints(graph, graph.input(node, 1));
    if (shape.length > 0 && shape[0] == 1) {
      shape[0] = -1;
      NodeDef opened = ConstantNode.of(node.getName() + "/open_shape", shape);
      put(opened.toBuilder());
      put(node.toBuilder().setInput(1, opened.getName()));
    }
  }

  private void put(NodeDef.Builder node) {
    changed.put(node.getName(), node.build());
  }

  private static AttrValue type(DataType type) {
    return AttrValue.newBuilder().setType(type).build();
  }
}
