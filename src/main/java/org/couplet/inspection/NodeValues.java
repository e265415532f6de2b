package org.couplet.inspection;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;

/** Makes the values of nodes that call no functions, of which some need the scratch graph. */
final class NodeValues {
  // What shapes are inferred from is small; weights stored as constants are large.
  private static final long LARGEST_CONSTANT = 1024;

  private final Operations operations;
  private final KnownShapes knownShapes;
  private final ScratchGraph scratch;
  private final boolean inferAll;

  /**
   * Makes the values.
   *
   * @param inferAll whether TensorFlow infers every shape, also those that are known without it
   */
  NodeValues(Operations operations, ScratchGraph scratch, boolean inferAll) {
    this.operations = operations;
    this.knownShapes = new KnownShapes(operations);
    this.scratch = scratch;
    this.inferAll = inferAll;
  }

  /** A node's outputs, whose shapes are unknown where TensorFlow refuses the node. */
  List<Value> outputs(NodeDef node, List<Value> inputs) {
    return switch (node.getOp()) {
      case "Const" -> List.of(constant(node));
      case "VarHandleOp" -> List.of(handle(node));
      case "ReadVariableOp" -> List.of(read(node, inputs.get(0)));
      default -> {
        boolean isHandle = node.getOp().equals("Identity") && inputs.get(0).held() != null;
        yield isHandle ? inputs : computed(node, inputs);
      }
    };
  }

  /** Outputs of which only the types are known. */
  List<Value> unknown(NodeDef node) {
    return operations.outputTypes(node).stream()
        .map(type -> like(Argument.of(type, Shape.unknown())))
        .toList();
  }

  /** A value of which this is known. */
  Value like(Argument argument) {
    return Value.of(argument, () -> scratch.placeholder(argument.type(), argument.shape()));
  }

  private List<Value> computed(NodeDef node, List<Value> inputs) {
    if (!inferAll) {
      Optional<Shape> shape = knownShapes.of(node, inputs);
      if (shape.isPresent()) {
        return List.of(like(Argument.of(inputs.get(0).type(), shape.get())));
      }
      Optional<List<KnownIntegers.Integers>> integers = KnownIntegers.of(node, inputs);
      if (integers.isPresent()) {
        return integers(node, inputs, integers.get());
      }
    }
    return added(node, inputs)
        .map(outputs -> outputs.stream().map(Value::of).toList())
        .orElseGet(() -> unknown(node));
  }

  private Optional<List<Output<?>>> added(NodeDef node, List<Value> inputs) {
    return scratch.add(node, inputs.stream().<Output<?>>map(Value::output).toList());
  }

  private List<Value> integers(
      NodeDef node, List<Value> inputs, List<KnownIntegers.Integers> known) {
    List<DataType> types = operations.outputTypes(node);
    List<Value> values = new ArrayList<>();
    for (int i = 0; i < known.size(); i++) {
      int index = i;
      values.add(
          Value.of(
              Argument.of(types.get(i), known.get(i).shape()),
              known.get(i).elements(),
              () -> added(node, inputs).orElseThrow().get(index)));
    }
    return values;
  }

  private Value constant(NodeDef node) {
    TensorProto value = operations.attribute(node, "value").getTensor();
    Argument argument = Argument.of(value.getDtype(), Constants.shape(value.getTensorShape()));
    if (argument.shape().size() > LARGEST_CONSTANT) {
      return like(argument);
    }
    Supplier<Output<?>> source = () -> added(node, List.of()).orElseThrow().get(0);
    return Constants.integers(value)
        .map(integers -> Value.of(argument, integers, source))
        .orElseGet(() -> Value.of(argument, source));
  }

  private Value handle(NodeDef node) {
    Shape held = Constants.shape(operations.attribute(node, "shape").getShape());
    return Value.of(
        new Argument(DataType.DT_RESOURCE, List.of(), held.toListOrNull()),
        () -> added(node, List.of()).orElseThrow().get(0));
  }

  private Value read(NodeDef node, Value handle) {
    DataType type = operations.attribute(node, "dtype").getType();
    return like(new Argument(type, handle.held(), null));
  }
}
