package org.couplet.damage;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.couplet.inspection.Operations;
import org.couplet.io.InvalidInputException;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Refuses graphs that end the process inside of TensorFlow, where nothing can be caught: constants
 * that are not what they claim, shapes without sense, inputs that are missing, and several things
 * of one name.
 *
 * @param folder of the SavedModel, for messages
 */
public record GraphCheck(Path folder) {
  // 4 GiB of floats: a few bytes may claim any number of equal values.
  private static final long MOST_VALUES = 1L << 30;
  private static final long MOST_SIZE = 1L << 40;
  private static final int MOST_DIMENSIONS = 254;
  private static final int MOST_TENSORS = 1 << 20;
  // TensorFlow subtracts them from a rank.
  private static final int MOST_BATCH_AXES = 6;
  private static final Set<DataType> WITHOUT_VALUES =
      Set.of(DataType.DT_INVALID, DataType.DT_RESOURCE, DataType.UNRECOGNIZED);

  private static final AttrValue NONE = AttrValue.getDefaultInstance();

  /** Checks a graph with its functions. */
  public void check(MetaGraphDef graph) {
    List<FunctionDef> library = graph.getGraphDef().getLibrary().getFunctionList();
    Operations operations = new Operations(library);
    List<NodeDef> nodes = graph.getGraphDef().getNodeList();
    nodes("", nodes, operations);
    nodes.forEach(node -> operations.find(node).ifPresent(op -> inputs(node, op, operations)));
    for (SignatureDef signature : graph.getSignatureDefMap().values()) {
      Stream.of(signature.getInputsMap(), signature.getOutputsMap())
          .flatMap(tensors -> tensors.values().stream())
          .forEach(tensor -> size(tensor.getName(), tensor.getTensorShape()));
    }
    Set<String> functions = new HashSet<>();
    for (FunctionDef function : library) {
      String name = function.getSignature().getName();
      if (!functions.add(name)) {
        throw refusal(name, "two functions have this name");
      }
      nodes(name + "/", function.getNodeDefList(), operations);
    }
  }

  private void nodes(String prefix, List<NodeDef> nodes, Operations operations) {
    for (NodeDef node : nodes) {
      String name = prefix + node.getName();
      // TensorFlow itself refuses what it does not know.
      operations.find(node).ifPresent(op -> node(name, node, op, operations));
      for (AttrValue value : node.getAttrMap().values()) {
        attribute(name, value);
      }
      if (node.getOp().equals("Const")) {
        TensorProto value = node.getAttrMap().getOrDefault("value", NONE).getTensor();
        if (value.getDtype() != node.getAttrMap().getOrDefault("dtype", NONE).getType()) {
          throw refusal(name, "a constant of type " + value.getDtype() + " claims another");
        }
      }
    }
  }

  private void node(String name, NodeDef node, OpDef op, Operations operations) {
    for (OpDef.AttrDef attribute : op.getAttrList()) {
      if (attribute.getType().equals("int")) {
        number(name, op, attribute, operations.attribute(node, attribute.getName()).getI());
      }
    }
  }

  private void number(String name, OpDef op, OpDef.AttrDef attribute, long value) {
    boolean small = attribute.getHasMinimum() && value < attribute.getMinimum();
    // TensorFlow makes room for so many.
    boolean large = value > MOST_TENSORS && counts(op, attribute.getName());
    boolean far = value < -MOST_BATCH_AXES || value > MOST_BATCH_AXES;
    if (small || large || (far && attribute.getName().equals("batch_dims"))) {
      throw refusal(name, "%s with %s %d".formatted(op.getName(), attribute.getName(), value));
    }
  }

  private static boolean counts(OpDef op, String attribute) {
    return Stream.concat(op.getInputArgList().stream(), op.getOutputArgList().stream())
        .anyMatch(argument -> argument.getNumberAttr().equals(attribute));
  }

  // TensorFlow takes inputs that a node lacks. In functions it looks, where one may stand for many.
  private void inputs(NodeDef node, OpDef op, Operations operations) {
    long given = node.getInputList().stream().filter(input -> !input.startsWith("^")).count();
    long needed =
        op.getInputArgList().stream().mapToLong(argument -> operations.count(node, argument)).sum();
    if (given != needed) {
      throw refusal(
          node.getName(), "%s of %d inputs, not %d".formatted(node.getOp(), given, needed));
    }
  }

  private void attribute(String name, AttrValue value) {
    if (value.hasTensor()) {
      tensor(name, value.getTensor());
    }
    value.getList().getTensorList().forEach(tensor -> tensor(name, tensor));
    if (value.hasShape()) {
      size(name, value.getShape());
    }
    value.getList().getShapeList().forEach(shape -> size(name, shape));
  }

  private void tensor(String name, TensorProto tensor) {
    if (WITHOUT_VALUES.contains(tensor.getDtype())) {
      throw refusal(name, "a constant can't be of type " + tensor.getDtype());
    }
    long values = size(name, tensor.getTensorShape());
    if (values < 0 || values > MOST_VALUES) {
      throw refusal(name, "a constant of " + values + " values; at most 2^30 are read");
    }
    int bytes = tensor.getTensorContent().size();
    boolean text = tensor.getDtype() == DataType.DT_STRING;
    // Values are of 1 to 16 bytes, or two to a byte.
    if (bytes > 0 && !text && (bytes > 16 * values || 2L * bytes < values)) {
      throw refusal(name, "a constant of " + values + " values in " + bytes + " bytes");
    }
  }

  /** Number of values; -1 if a size is open. */
  private long size(String name, TensorShapeProto shape) {
    if (shape.getUnknownRank()) {
      return -1;
    }
    if (shape.getDimCount() > MOST_DIMENSIONS) {
      throw refusal(name, "a shape of " + shape.getDimCount() + " dimensions");
    }
    long values = 1;
    for (TensorShapeProto.Dim dim : shape.getDimList()) {
      if (dim.getSize() < -1 || dim.getSize() > MOST_SIZE) {
        throw refusal(name, "a size of " + dim.getSize());
      }
      values = dim.getSize() < 0 || values < 0 ? -1 : product(name, values, dim.getSize());
    }
    return values;
  }

  private long product(String name, long values, long size) {
    try {
      return Math.multiplyExact(values, size);
    } catch (ArithmeticException e) {
      throw refusal(name, "a shape of more values than can be counted");
    }
  }

  private InvalidInputException refusal(String node, String problem) {
    return new InvalidInputException(
        "%s: saved_model.pb is damaged: node '%s': %s; build or export it again"
            .formatted(folder, node, problem));
  }
}
