package org.couplet.inspection;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/** Collects the kernels of a program while its nodes are walked. */
final class KernelList {
  static final Set<DataType> FLOATING =
      Set.of(DataType.DT_FLOAT, DataType.DT_DOUBLE, DataType.DT_HALF, DataType.DT_BFLOAT16);

  private final Operations operations;
  private final ScratchGraph scratch;
  private final Consumer<KernelCall> each;
  private final Set<KernelCall> calls = new LinkedHashSet<>();
  private final Set<String> compiled = new LinkedHashSet<>();
  private final Set<String> unchecked = new LinkedHashSet<>();

  /**
   * An empty list.
   *
   * @param each takes each distinct call as it is added
   */
  KernelList(Operations operations, ScratchGraph scratch, Consumer<KernelCall> each) {
    this.each = each;
    this.operations = operations;
    this.scratch = scratch;
  }

  /** Whether a node calls a kernel that can be checked. */
  boolean isKernel(NodeDef node) {
    return KernelCall.OPERATIONS.contains(node.getOp())
        && FLOATING.contains(KernelCall.type(node, operations));
  }

  /** A node that XLA compiles. */
  void addCompiled(String name) {
    compiled.add(name);
  }

  /** A node that runs kernels nobody knows the shapes of. */
  void addUnchecked(String name) {
    unchecked.add(name);
  }

  /** A node that calls a kernel. */
  void add(String name, NodeDef node, List<Value> inputs, Shape output) {
    Optional<KernelCall> call = call(node, inputs, output);
    if (call.isEmpty()) {
      unchecked.add(name);
    } else if (!call.get().isReduction() || !call.get().axes().isEmpty()) {
      // Over no axes there is nothing to add up.
      if (calls.add(call.get())) {
        each.accept(call.get());
      }
    }
  }

  ProgramKernels found() {
    return new ProgramKernels(
        List.copyOf(calls), compiled.size(), unchecked.size(), unchecked.stream().findFirst());
  }

  private Optional<KernelCall> call(NodeDef node, List<Value> inputs, Shape output) {
    List<Value> arrays = inputs.stream().filter(in -> FLOATING.contains(in.type())).toList();
    DataType type = KernelCall.type(node, operations);
    String layout = operations.attribute(node, "data_format").getS().toStringUtf8();
    if (arrays.isEmpty()
        || output.hasUnknownDimension()
        || arrays.stream().anyMatch(in -> in.shape().hasUnknownDimension() || in.type() != type)
        || !(layout.isEmpty() || layout.equals("NHWC"))) {
      return Optional.empty();
    }
    List<Shape> shapes = arrays.stream().map(Value::shape).toList();
    return axes(node, inputs).map(axes -> KernelCall.of(node, operations, shapes, output, axes));
  }

  // Ascending, from 0; none for other operations than reductions.
  private Optional<List<Integer>> axes(NodeDef node, List<Value> inputs) {
    if (!KernelCall.isReduction(node.getOp())) {
      return Optional.of(List.of());
    }
    int rank = inputs.get(0).shape().numDimensions();
    Value axes = inputs.get(1);
    return axes.integers()
        .or(() -> scratch.values(axes.output()))
        .map(
            all ->
                all.stream()
                    .map(axis -> Math.toIntExact(axis < 0 ? axis + rank : axis))
                    .sorted()
                    .toList());
  }
}
