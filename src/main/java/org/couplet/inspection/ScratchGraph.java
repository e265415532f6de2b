package org.couplet.inspection;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.couplet.io.InvalidInputException;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.GraphOperationBuilder;
import org.tensorflow.Output;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.types.TInt32;

/** A graph that is never run: TensorFlow infers the shape of every output that is added to it. */
final class ScratchGraph implements AutoCloseable {
  // Added to values that may be negative, which sizes may not.
  private static final int SHIFT = 32;

  private final Graph graph = new Graph();
  private final Ops tf = Ops.create(graph);
  private final Operations operations;
  private long count;

  ScratchGraph(Operations operations) {
    this.operations = operations;
  }

  /** A value of which only the shape is known. */
  Output<?> placeholder(DataType type, Shape shape) {
    GraphOperationBuilder builder = builder("Placeholder");
    builder.setAttr("dtype", type);
    builder.setAttr("shape", shape);
    return builder.build().output(0);
  }

  /** Adds a node, or nothing where TensorFlow refuses it. */
  Optional<List<Output<?>>> add(NodeDef node, List<Output<?>> inputs) {
    try {
      GraphOperation added = build(node, inputs);
      List<Output<?>> outputs = new ArrayList<>();
      for (int i = 0; i < added.numOutputs(); i++) {
        outputs.add(added.output(i));
      }
      return Optional.of(outputs);
    } catch (TensorFlowException | IllegalArgumentException | IndexOutOfBoundsException refused) {
      return Optional.empty();
    }
  }

  private GraphOperation build(NodeDef node, List<Output<?>> inputs) {
    requireRanks(node, inputs);
    OpDef definition = operations.definition(node);
    GraphOperationBuilder builder = builder(node.getOp());
    int next = 0;
    for (OpDef.ArgDef argument : definition.getInputArgList()) {
      if (argument.getNumberAttr().isEmpty() && argument.getTypeListAttr().isEmpty()) {
        builder.addInput(inputs.get(next++));
      } else {
        int end = next + operations.types(node, argument).size();
        builder.addInputList(inputs.subList(next, end).toArray(Output<?>[]::new));
        next = end;
      }
    }
    // Others are notes for the runtime, some of which name other nodes.
    for (OpDef.AttrDef attribute : definition.getAttrList()) {
      if (node.containsAttr(attribute.getName())) {
        builder.setAttr(attribute.getName(), node.getAttrOrThrow(attribute.getName()));
      }
    }
    return builder.build();
  }

  // TensorFlow takes these ranks for right, and ends the process.
  private void requireRanks(NodeDef node, List<Output<?>> inputs) {
    String op = node.getOp();
    if (op.equals("GatherV2")) {
      long batchAxes = operations.attribute(node, "batch_dims").getI();
      Shape shape = inputs.get(0).shape();
      require(shape.isUnknown() || shape.numDimensions() > batchAxes, node, shape);
    } else if (op.equals("SplitV")) {
      Shape sizes = inputs.get(1).shape();
      require(sizes.isUnknown() || sizes.numDimensions() == 1, node, sizes);
    }
  }

  private static void require(boolean right, NodeDef node, Shape shape) {
    if (!right) {
      throw new InvalidInputException(
          "node %s: a %s with an input of shape %s; build or export the model again"
              .formatted(node.getName(), node.getOp(), shape));
    }
  }

  /** The values of an integer scalar or vector, if they follow from constants and shapes. */
  Optional<List<Long>> values(Output<?> integers) {
    if (integers.shape().isUnknown() || integers.dataType() != DataType.DT_INT32) {
      return Optional.empty();
    }
    // A tensor of these sizes: its shape is inferred from the values.
    Shape sizes =
        tf.fill(
                tf.math.add(
                    tf.reshape(integers.expect(TInt32.class), tf.constant(new int[] {-1})),
                    tf.constant(SHIFT)),
                tf.constant(0f))
            .shape();
    if (sizes.hasUnknownDimension()) {
      return Optional.empty();
    }
    return Optional.of(sizes.toListOrNull().stream().map(size -> size - SHIFT).toList());
  }

  private GraphOperationBuilder builder(String op) {
    return graph.opBuilder(op, "scratch_" + count++, graph.baseScope());
  }

  @Override
  public void close() {
    graph.close();
  }
}
