package org.couplet.selftest;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GradientDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorProto;

/**
 * Walks what a signature runs, node by node, and builds it again in a graph of which TensorFlow
 * infers the shapes. A function is walked once for each list of argument shapes.
 */
final class ProgramWalk implements AutoCloseable {
  private static final String COMPILED = "_XlaMustCompile";
  private static final long LARGEST_CONSTANT = 1024;
  private static final Set<DataType> FLOATING =
      Set.of(DataType.DT_FLOAT, DataType.DT_DOUBLE, DataType.DT_HALF, DataType.DT_BFLOAT16);

  /** How a function is called; {@code wanted} if the shapes of its results matter. */
  private record Mode(boolean compiled, boolean wanted) {}

  /** What a walk of a function depends on. */
  private record Call(String function, List<Argument> arguments, Mode mode) {}

  /**
   * A graph or function that is being walked.
   *
   * @param values of the nodes walked so far, and those that are given
   * @param used names of the nodes whose values matter for the shapes of kernels or results
   */
  private record Frame(
      String name, Body body, Map<String, List<Value>> values, Set<String> used, boolean compiled) {
    String nameOf(NodeDef node) {
      return name.isEmpty() ? node.getName() : name + "/" + node.getName();
    }
  }

  private final GraphDef graph;
  private final Map<String, FunctionDef> functions = new HashMap<>();
  private final Map<String, Body> bodies = new HashMap<>();
  private final Map<String, String> gradients = new HashMap<>();
  private final Map<String, Boolean> withKernels = new HashMap<>();
  private final Map<Call, List<Argument>> results = new HashMap<>();
  private final Operations operations;
  private final KnownShapes knownShapes;
  private final ScratchGraph scratch;

  private final Set<KernelCall> calls = new LinkedHashSet<>();
  private final Set<String> compiled = new LinkedHashSet<>();
  private final Set<String> unchecked = new LinkedHashSet<>();

  ProgramWalk(GraphDef graph) {
    this.graph = graph;
    for (FunctionDef function : graph.getLibrary().getFunctionList()) {
      functions.put(function.getSignature().getName(), function);
    }
    for (GradientDef gradient : graph.getLibrary().getGradientList()) {
      gradients.put(gradient.getFunctionName(), gradient.getGradientFunc());
    }
    this.operations = new Operations(functions.values());
    this.knownShapes = new KnownShapes(operations);
    this.scratch = new ScratchGraph(operations);
  }

  ProgramKernels run(SignatureDef signature, long rows) {
    Map<String, List<Value>> fed = new HashMap<>();
    for (TensorInfo input : signature.getInputsMap().values()) {
      fed.put(
          Body.Source.of(input.getName()).node(),
          List.of(unknown(Argument.of(input.getDtype(), fedShape(input, rows)))));
    }
    List<String> roots =
        signature.getOutputsMap().values().stream()
            .map(output -> Body.Source.of(output.getName()).node())
            .toList();
    walk(new Frame("", new Body(graph.getNodeList()), fed, new HashSet<>(), false), roots);
    return new ProgramKernels(
        List.copyOf(calls), compiled.size(), unchecked.size(), unchecked.stream().findFirst());
  }

  private static Shape fedShape(TensorInfo input, long rows) {
    Shape shape = Constants.shape(input.getTensorShape());
    return shape.numDimensions() > 0 && shape.get(0) == Shape.UNKNOWN_SIZE
        ? shape.tail().prepend(rows)
        : shape;
  }

  // Adds the values that are used, and those of kernels, to the frame.
  private void walk(Frame frame, Collection<String> roots) {
    List<NodeDef> order = frame.body().order(roots, frame.values().keySet());
    List<NodeDef> needed = new ArrayList<>();
    for (int i = order.size() - 1; i >= 0; i--) {
      NodeDef node = order.get(i);
      if (frame.used().contains(node.getName()) || hasKernels(node)) {
        needed.add(node);
        frame.body().sources(node).stream()
            .filter(source -> !source.control())
            .forEach(source -> frame.used().add(source.node()));
      }
    }
    Collections.reverse(needed);
    needed.forEach(node -> frame.values().put(node.getName(), outputs(frame, node)));
  }

  private List<Value> outputs(Frame frame, NodeDef node) {
    Optional<List<Value>> inputs = inputs(frame, node);
    List<String> called = functionsOf(node);
    if (!called.isEmpty()) {
      List<Argument> arguments = inputs.orElse(List.of()).stream().map(Value::argument).toList();
      return called(frame, node, called, arguments).stream().map(this::unknown).toList();
    }
    List<Value> outputs =
        inputs.flatMap(known -> plain(node, known)).orElseGet(() -> unknownOutputs(node));
    if (isKernel(node)) {
      note(frame, node, inputs.orElse(List.of()), outputs.get(0).shape());
    }
    return outputs;
  }

  // Empty if a value is missing, as in loops of the old kind.
  private Optional<List<Value>> inputs(Frame frame, NodeDef node) {
    List<Value> inputs = new ArrayList<>();
    for (Body.Source source : frame.body().sources(node)) {
      if (source.control()) {
        continue;
      }
      Optional<Value> value = value(frame, source);
      if (value.isEmpty()) {
        return Optional.empty();
      }
      inputs.add(value.get());
    }
    return Optional.of(inputs);
  }

  private Optional<Value> value(Frame frame, Body.Source source) {
    List<Value> values = frame.values().get(source.node());
    if (values == null) {
      return Optional.empty();
    }
    NodeDef node = frame.body().node(source.node());
    int index =
        source.index()
            + (source.argument().isEmpty() || node == null
                ? 0
                : operations.offset(node, source.argument()));
    return index < values.size() ? Optional.of(values.get(index)) : Optional.empty();
  }

  private Optional<List<Value>> plain(NodeDef node, List<Value> inputs) {
    if (node.getOp().equals("ReadVariableOp")) {
      DataType type = operations.attribute(node, "dtype").getType();
      return Optional.of(List.of(unknown(new Argument(type, inputs.get(0).held(), null))));
    }
    if (node.getOp().equals("Const")) {
      return Optional.of(List.of(constant(node)));
    }
    if (node.getOp().equals("VarHandleOp")) {
      return Optional.of(List.of(handle(node)));
    }
    if (node.getOp().equals("Identity") && inputs.get(0).held() != null) {
      return Optional.of(inputs);
    }
    // Integers may be sizes, whose values TensorFlow follows.
    if (!inputs.isEmpty() && FLOATING.contains(inputs.get(0).type())) {
      Optional<Shape> shape = knownShapes.of(node, inputs);
      if (shape.isPresent()) {
        return Optional.of(List.of(unknown(Argument.of(inputs.get(0).type(), shape.get()))));
      }
    }
    Optional<List<List<Long>>> integers = knownShapes.integers(node, inputs);
    if (integers.isPresent()) {
      return Optional.of(vectors(node, inputs, integers.get()));
    }
    return added(node, inputs).map(outputs -> outputs.stream().map(Value::of).toList());
  }

  private Optional<List<Output<?>>> added(NodeDef node, List<Value> inputs) {
    return scratch.add(node, inputs.stream().<Output<?>>map(Value::output).toList());
  }

  private List<Value> vectors(NodeDef node, List<Value> inputs, List<List<Long>> integers) {
    List<DataType> types = operations.outputTypes(node);
    List<Value> vectors = new ArrayList<>();
    for (int i = 0; i < integers.size(); i++) {
      int index = i;
      vectors.add(
          Value.of(
              Argument.of(types.get(i), Shape.of(integers.get(i).size())),
              integers.get(i),
              () -> added(node, inputs).orElseThrow().get(index)));
    }
    return vectors;
  }

  private Value constant(NodeDef node) {
    TensorProto value = operations.attribute(node, "value").getTensor();
    Argument argument = Argument.of(value.getDtype(), Constants.shape(value.getTensorShape()));
    // What shapes are inferred from is small; weights stored as constants are large.
    if (argument.shape().size() > LARGEST_CONSTANT) {
      return unknown(argument);
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

  private Value unknown(Argument argument) {
    return Value.of(argument, () -> scratch.placeholder(argument.type(), argument.shape()));
  }

  private List<Value> unknownOutputs(NodeDef node) {
    return unknownResults(operations.outputTypes(node)).stream().map(this::unknown).toList();
  }

  private static List<Argument> unknownResults(List<DataType> types) {
    return types.stream().map(type -> Argument.of(type, Shape.unknown())).toList();
  }

  // Kernels.

  private boolean isKernel(NodeDef node) {
    return KernelCall.OPERATIONS.contains(node.getOp())
        && FLOATING.contains(KernelCall.type(node, operations));
  }

  private void note(Frame frame, NodeDef node, List<Value> inputs, Shape output) {
    if (frame.compiled()) {
      compiled.add(frame.nameOf(node));
      return;
    }
    List<Shape> shapes =
        inputs.stream().filter(input -> FLOATING.contains(input.type())).map(Value::shape).toList();
    Optional<List<Integer>> axes = axes(node, inputs);
    String layout = operations.attribute(node, "data_format").getS().toStringUtf8();
    DataType type = KernelCall.type(node, operations);
    if (shapes.isEmpty()
        || inputs.stream()
            .anyMatch(input -> FLOATING.contains(input.type()) && input.type() != type)
        || shapes.stream().anyMatch(Shape::hasUnknownDimension)
        || output.hasUnknownDimension()
        || axes.isEmpty()
        || !(layout.isEmpty() || layout.equals("NHWC"))) {
      unchecked.add(frame.nameOf(node));
      return;
    }
    KernelCall call = KernelCall.of(node, operations, shapes, output, axes.get());
    // Over no axes there is nothing to add up.
    if (!call.isReduction() || !call.axes().isEmpty()) {
      calls.add(call);
    }
  }

  // Ascending, from 0; none for other operations than reductions.
  private Optional<List<Integer>> axes(NodeDef node, List<Value> inputs) {
    if (operations.attribute(node, "Tidx").getType() == DataType.DT_INVALID) {
      return Optional.of(List.of());
    }
    if (inputs.size() < 2) {
      return Optional.empty();
    }
    int rank = inputs.get(0).shape().numDimensions();
    return inputs
        .get(1)
        .integers()
        .or(() -> scratch.values(inputs.get(1).output()))
        .map(
            axes ->
                axes.stream().map(axis -> (int) (axis < 0 ? axis + rank : axis)).sorted().toList());
  }

  // Functions.

  // The functions that a node calls or passes on.
  private List<String> functionsOf(NodeDef node) {
    if (functions.containsKey(node.getOp())) {
      return List.of(node.getOp());
    }
    return operations.functions(node);
  }

  private List<Argument> called(
      Frame frame, NodeDef node, List<String> called, List<Argument> arguments) {
    Mode mode =
        new Mode(
            frame.compiled() || operations.attribute(node, COMPILED).getB(),
            frame.used().contains(node.getName()));
    String first = called.get(0);
    List<Argument> found =
        switch (node.getOp()) {
          case "PartitionedCall", "StatefulPartitionedCall" -> call(first, arguments, mode);
          case "SymbolicGradient" -> gradient(frame, node, first, arguments, mode);
          case "While", "StatelessWhile" -> loop(node, arguments, mode);
          case "If", "StatelessIf", "Case", "StatelessCase" ->
              branches(called, rest(arguments), mode);
          case "MapDefun" -> rows(node, first, arguments, mode);
          default ->
              functions.containsKey(node.getOp())
                  ? call(first, arguments, mode)
                  : notWalked(frame, node, called);
        };
    List<DataType> types = operations.outputTypes(node);
    return found.size() == types.size() ? found : unknownResults(types);
  }

  private static List<Argument> rest(List<Argument> arguments) {
    return arguments.isEmpty() ? arguments : arguments.subList(1, arguments.size());
  }

  // A node that runs functions in a way of its own.
  private List<Argument> notWalked(Frame frame, NodeDef node, List<String> called) {
    if (called.stream().anyMatch(this::hasKernels)) {
      unchecked.add(frame.nameOf(node));
    }
    return unknownResults(operations.outputTypes(node));
  }

  private List<Argument> gradient(
      Frame frame, NodeDef node, String function, List<Argument> arguments, Mode mode) {
    String gradient = gradients.get(function);
    if (gradient != null) {
      return call(gradient, arguments, mode);
    }
    // TensorFlow makes it out of the gradients of the function's operations.
    notWalked(frame, node, List.of(function));
    int count = operations.outputTypes(node).size();
    return arguments.subList(0, Math.min(count, arguments.size()));
  }

  // A round may change shapes: the next one then starts from what both have in common.
  private List<Argument> loop(NodeDef node, List<Argument> start, Mode mode) {
    String condition = operations.attribute(node, "cond").getFunc().getName();
    String body = operations.attribute(node, "body").getFunc().getName();
    Mode round = new Mode(mode.compiled(), true);
    List<Argument> state = start;
    while (true) {
      call(condition, state, round);
      List<Argument> next = Argument.joined(state, call(body, state, round));
      if (next.equals(state)) {
        return state;
      }
      state = next;
    }
  }

  private List<Argument> branches(List<String> branches, List<Argument> arguments, Mode mode) {
    return branches.stream()
        .map(branch -> call(branch, arguments, mode))
        .reduce(Argument::joined)
        .orElseThrow();
  }

  // One call for each row of the first arguments.
  private List<Argument> rows(NodeDef node, String function, List<Argument> arguments, Mode mode) {
    int sliced = operations.attribute(node, "Targuments").getList().getTypeCount();
    List<Argument> ofRow = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      ofRow.add(i < sliced ? arguments.get(i).row() : arguments.get(i));
    }
    List<Long> sizes = arguments.isEmpty() ? null : arguments.get(0).sizes();
    long count = sizes == null || sizes.isEmpty() ? Shape.UNKNOWN_SIZE : sizes.get(0);
    return call(function, ofRow, mode).stream().map(result -> result.rows(count)).toList();
  }

  private List<Argument> call(String name, List<Argument> arguments, Mode mode) {
    FunctionDef function = functions.get(name);
    if (function == null || function.getSignature().getInputArgCount() != arguments.size()) {
      return List.of();
    }
    boolean compiled = mode.compiled() || function.getAttrMap().getOrDefault(COMPILED, NONE).getB();
    Call call = new Call(name, arguments, new Mode(compiled, mode.wanted()));
    List<Argument> known = results.get(call);
    if (known != null) {
      return known;
    }
    // What a call of itself, on these shapes again, returns.
    results.put(
        call,
        unknownResults(
            function.getSignature().getOutputArgList().stream()
                .map(OpDef.ArgDef::getType)
                .toList()));
    List<Argument> found = walk(function, call);
    results.put(call, found);
    return found;
  }

  private static final AttrValue NONE = AttrValue.getDefaultInstance();

  private List<Argument> walk(FunctionDef function, Call call) {
    OpDef signature = function.getSignature();
    Map<String, List<Value>> given = new HashMap<>();
    for (int i = 0; i < call.arguments().size(); i++) {
      given.put(signature.getInputArg(i).getName(), List.of(unknown(call.arguments().get(i))));
    }
    List<Body.Source> returned =
        signature.getOutputArgList().stream()
            .map(result -> Body.Source.of(function.getRetOrThrow(result.getName())))
            .toList();
    List<String> roots = new ArrayList<>(returned.stream().map(Body.Source::node).toList());
    Frame frame =
        new Frame(
            call.function(),
            bodies.computeIfAbsent(call.function(), unused -> new Body(function.getNodeDefList())),
            given,
            new HashSet<>(call.mode().wanted() ? roots : List.of()),
            call.mode().compiled());
    signature
        .getControlOutputList()
        .forEach(name -> roots.add(function.getControlRetOrThrow(name)));
    walk(frame, roots);
    List<Argument> found = new ArrayList<>();
    for (int i = 0; i < returned.size(); i++) {
      DataType type = signature.getOutputArg(i).getType();
      found.add(
          value(frame, returned.get(i))
              .map(Value::argument)
              .orElseGet(() -> Argument.of(type, Shape.unknown())));
    }
    return found;
  }

  // Whether a node is a kernel or runs functions with kernels.
  private boolean hasKernels(NodeDef node) {
    return isKernel(node)
        || functionsOf(node).stream()
            .anyMatch(
                name ->
                    hasKernels(name)
                        || (node.getOp().equals("SymbolicGradient")
                            && gradients.containsKey(name)
                            && hasKernels(gradients.get(name))));
  }

  private boolean hasKernels(String name) {
    Boolean known = withKernels.putIfAbsent(name, false);
    FunctionDef function = functions.get(name);
    if (known != null || function == null) {
      return known != null && known;
    }
    boolean found = function.getNodeDefList().stream().anyMatch(this::hasKernels);
    withKernels.put(name, found);
    return found;
  }

  @Override
  public void close() {
    scratch.close();
  }
}
