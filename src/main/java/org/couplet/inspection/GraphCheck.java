package org.couplet.inspection;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.couplet.io.InvalidInputException;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Refuses graphs that end the process inside of TensorFlow, where nothing can be caught: constants
 * that are not what they claim, shapes without sense, and several things of one name.
 *
 * @param folder of the SavedModel, for messages
 */
public record GraphCheck(Path folder) {
  // 4 GiB of floats: a few bytes may claim any number of equal values.
  private static final long MOST_VALUES = 1L << 30;
  private static final long MOST_SIZE = 1L << 40;
  private static final int MOST_DIMENSIONS = 254;
  private static final Set<DataType> WITHOUT_VALUES =
      Set.of(DataType.DT_INVALID, DataType.DT_RESOURCE, DataType.UNRECOGNIZED);

  private static final AttrValue NONE = AttrValue.getDefaultInstance();

  /** Checks a graph with its functions. */
  public void check(MetaGraphDef graph) {
    nodes("", graph.getGraphDef().getNodeList());
    Set<String> functions = new HashSet<>();
    for (FunctionDef function : graph.getGraphDef().getLibrary().getFunctionList()) {
      String name = function.getSignature().getName();
      if (!functions.add(name)) {
        throw refusal(name, "two functions have this name");
      }
      nodes(name + "/", function.getNodeDefList());
    }
  }

  private void nodes(String prefix, List<NodeDef> nodes) {
    for (NodeDef node : nodes) {
      String name = prefix + node.getName();
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
