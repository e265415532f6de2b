package org.couplet.inspection;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/**
 * Walks what a signature runs, node by node, and builds it again in a graph of which TensorFlow
 * infers the shapes. A function is walked once for each list of argument shapes.
 */
final class ProgramWalk implements AutoCloseable {
  private static final String COMPILED = "_XlaMustCompile";
  private static final AttrValue NONE = AttrValue.getDefaultInstance();

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
  private final Map<Call, List<Argument>> results = new HashMap<>();
  private final Operations operations;
  private final ScratchGraph scratch;
  private final NodeValues values;
  private final KernelList kernels;
  private final FunctionLibrary library;

  /**
   * Walks of one graph.
   *
   * @param inferAll as in {@link NodeValues}
   * @param each as in {@link KernelList}
   */
  ProgramWalk(GraphDef graph, boolean inferAll, Consumer<KernelCall> each) {
    this.graph = graph;
    this.operations = new Operations(graph.getLibrary().getFunctionList());
    this.scratch = new ScratchGraph(operations);
    this.values = new NodeValues(operations, scratch, inferAll);
    this.kernels = new KernelList(operations, scratch, each);
    this.library = new FunctionLibrary(graph.getLibrary(), operations, kernels);
  }

  /** Adds a signature's kernels. */
  void run(SignatureDef signature, long rows) {
    Map<String, List<Value>> fed = new HashMap<>();
    for (TensorInfo input : signature.getInputsMap().values()) {
      fed.put(
          Body.Source.of(input.getName()).node(),
          List.of(values.like(Argument.of(input.getDtype(), fedShape(input, rows)))));
    }
    List<String> roots =
        signature.getOutputsMap().values().stream()
            .map(output -> Body.Source.of(output.getName()).node())
            .toList();
    walk(new Frame("", new Body(graph.getNodeList()), fed, new HashSet<>(), false), roots);
  }

  ProgramKernels found() {
    return kernels.found();
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
      if (frame.used().contains(node.getName()) || library.hasKernels(node)) {
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
    List<String> called = library.calledBy(node);
    if (!called.isEmpty()) {
      return inputs
          .map(known -> called(frame, node, called, known.stream().map(Value::argument).toList()))
          .orElseGet(() -> notWalked(frame, node, called))
          .stream()
          .map(values::like)
          .toList();
    }
    List<Value> outputs =
        inputs.map(known -> values.outputs(node, known)).orElseGet(() -> values.unknown(node));
    if (kernels.isKernel(node)) {
      String name = frame.nameOf(node);
      if (frame.compiled()) {
        kernels.addCompiled(name);
      } else {
        kernels.add(name, node, inputs.orElse(List.of()), outputs.get(0).shape());
      }
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

  private static List<Argument> unknownResults(List<DataType> types) {
    return types.stream().map(type -> Argument.of(type, Shape.unknown())).toList();
  }

  // Functions.

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
              library.function(node.getOp()).isPresent()
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
    if (called.stream().anyMatch(library::hasKernels)) {
      kernels.addUnchecked(frame.nameOf(node));
    }
    return unknownResults(operations.outputTypes(node));
  }

  private List<Argument> gradient(
      Frame frame, NodeDef node, String function, List<Argument> arguments, Mode mode) {
    Optional<String> gradient = library.gradient(function);
    if (gradient.isPresent()) {
      return call(gradient.get(), arguments, mode);
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
    FunctionDef function = library.function(name).orElse(null);
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

  private List<Argument> walk(FunctionDef function, Call call) {
    OpDef signature = function.getSignature();
    Map<String, List<Value>> given = new HashMap<>();
    for (int i = 0; i < call.arguments().size(); i++) {
      given.put(signature.getInputArg(i).getName(), List.of(values.like(call.arguments().get(i))));
    }
    List<Body.Source> returned =
        signature.getOutputArgList().stream()
            .map(result -> Body.Source.of(function.getRetOrThrow(result.getName())))
            .toList();
    List<String> roots = new ArrayList<>(returned.stream().map(Body.Source::node).toList());
    Frame frame =
        new Frame(
            call.function(),
            library.body(function),
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

  @Override
  public void close() {
    scratch.close();
  }
}
