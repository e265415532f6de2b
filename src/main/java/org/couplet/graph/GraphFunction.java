package org.couplet.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.GradientDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.VersionDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/**
 * A pure function of the graph: operands in, operands out. It can be called from any graph,
 * compiled by XLA or not.
 *
 * @param definition TensorFlow's own form of it
 * @param library the functions that its body calls, and which function is whose gradient
 */
public record GraphFunction(FunctionDef definition, FunctionDefLibrary library) {
  private static final AttrValue TRUE = AttrValue.newBuilder().setB(true).build();
  private static final String COMPILED = "_XlaMustCompile";
  // Makes a loop plain control flow, of whose operations each is placed on a device by itself.
  private static final String LOWERED = "_lower_using_switch_merge";
  private static final VersionDef VERSIONS = versions();

  /**
   * An argument.
   *
   * @param type of the values
   * @param shape static where the body needs it to be
   */
  public record Argument(Class<? extends TType> type, Shape shape) {}

  /**
   * Builds a function.
   *
   * @param name of letters, digits and underscores
   * @param arguments in the order in which {@code body} and {@link #call} take them
   * @param body from (ops of the function's graph, arguments) to results
   */
  public static GraphFunction define(
      String name,
      List<Argument> arguments,
      BiFunction<Ops, List<Operand<?>>, List<Operand<?>>> body) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Signature.Builder signature = Signature.builder().key(name);
      List<Operand<?>> inputs = new ArrayList<>();
      for (int i = 0; i < arguments.size(); i++) {
        Argument argument = arguments.get(i);
        Operand<?> input = tf.placeholder(argument.type(), Placeholder.shape(argument.shape()));
        inputs.add(input);
        signature.input("argument_" + i, input);
      }
      List<Operand<?>> results = body.apply(tf, inputs);
      for (int i = 0; i < results.size(); i++) {
        // An identity, as a result may not be an argument itself.
        signature.output("result_" + i, tf.identity(results.get(i)));
      }
      try (ConcreteFunction function = ConcreteFunction.create(signature.build(), graph)) {
        return new GraphFunction(function.getFunctionDef(), graph.toGraphDef().getLibrary());
      }
    }
  }

  /**
   * The same function with a gradient of its own in place of that of its body's operations.
   *
   * @param gradient of this function's arguments and then a gradient of each of its results, to a
   *     gradient of each of its arguments
   */
  public GraphFunction withGradient(GraphFunction gradient) {
    return new GraphFunction(
        definition,
        library.toBuilder()
            .addFunction(gradient.definition)
            .addAllFunction(gradient.library.getFunctionList())
            .addAllGradient(gradient.library.getGradientList())
            .addGradient(
                GradientDef.newBuilder().setFunctionName(name()).setGradientFunc(gradient.name()))
            .build());
  }

  /** Arguments or results that are float32, as such. */
  public static List<Operand<TFloat32>> floats(List<? extends Operand<?>> operands) {
    return operands.stream()
        .<Operand<TFloat32>>map(operand -> operand.asOutput().expect(TFloat32.class))
        .toList();
  }

  /** The same function, whose body TensorFlow does not make part of the graph that calls it. */
  GraphFunction notInlined() {
    return new GraphFunction(definition.toBuilder().putAttr("_noinline", TRUE).build(), library);
  }

  private String name() {
    return definition.getSignature().getName();
  }

  /**
   * Adds the function to a graph's library and calls it there.
   *
   * @param compiled whether XLA must compile it; TensorFlow then fails rather than run it plainly
   * @return the results, in order
   */
  public List<Output<?>> call(Ops tf, List<? extends Operand<?>> arguments, boolean compiled) {
    return addTo(tf, compiled).call(tf, arguments);
  }

  /** Adds the function to a graph's library, to be called there several times. */
  public InGraph addTo(Ops tf, boolean compiled) {
    FunctionDef function = definition;
    if (compiled) {
      FunctionDef.Builder changed = definition.toBuilder().putAttr(COMPILED, TRUE);
      // XLA compiles a loop, but not the control flow that it is lowered to.
      changed.getNodeDefBuilderList().forEach(node -> node.removeAttr(LOWERED));
      function = changed.build();
    }
    addToLibrary(tf, function);
    return new InGraph(function, compiled);
  }

  /** A function in the library of a graph. */
  public record InGraph(FunctionDef function, boolean compiled) {
    /** Calls it in its graph; returns the results, in order. */
    public List<Output<?>> call(Ops tf, List<? extends Operand<?>> arguments) {
      var builder = tf.scope().opBuilder("PartitionedCall", function.getSignature().getName());
      builder.addInputList(outputs(arguments));
      builder.setAttr("Tin", types(function.getSignature().getInputArgList()));
      builder.setAttr("Tout", types(function.getSignature().getOutputArgList()));
      builder.setAttr("f", reference(function));
      if (compiled) {
        builder.setAttr(COMPILED, true);
      }
      return results(function, (GraphOperation) builder.build());
    }
  }

  /**
   * Adds the function to a graph's library and calls it there once for each row. Its results must
   * be scalars.
   *
   * @param rows [n, ...] each; a call gets one slice of each as its first arguments
   * @param shared what every call gets whole, as its further arguments
   * @return the results, [n] each, in order
   */
  public List<Output<?>> callForRows(
      Ops tf, List<? extends Operand<?>> rows, List<? extends Operand<?>> shared) {
    addToLibrary(tf, definition);
    DataType[] inputs = types(definition.getSignature().getInputArgList());
    Shape[] scalars = new Shape[definition.getSignature().getOutputArgCount()];
    Arrays.fill(scalars, Shape.scalar());
    var builder = tf.scope().opBuilder("MapDefun", definition.getSignature().getName());
    builder.addInputList(outputs(rows));
    builder.addInputList(outputs(shared));
    builder.setAttr("Targuments", Arrays.copyOf(inputs, rows.size()));
    builder.setAttr("Tcaptured", Arrays.copyOfRange(inputs, rows.size(), inputs.length));
    builder.setAttr("output_types", types(definition.getSignature().getOutputArgList()));
    builder.setAttr("output_shapes", scalars);
    builder.setAttr("f", reference(definition));
    return results(definition, (GraphOperation) builder.build());
  }

  /**
   * Adds the function and a condition to a graph's library and calls it there again and again, each
   * time with its results of the time before, while the condition's one result is true.
   *
   * @param condition of the same arguments as the function
   * @param arguments for the first time
   * @return the last results, of the shapes of the arguments
   */
  List<Output<?>> callWhile(Ops tf, GraphFunction condition, List<? extends Operand<?>> arguments) {
    addToLibrary(tf, condition.definition);
    addToLibrary(tf, definition);
    var builder = tf.scope().opBuilder("StatelessWhile", definition.getSignature().getName());
    builder.addInputList(outputs(arguments));
    builder.setAttr("T", types(definition.getSignature().getInputArgList()));
    builder.setAttr("cond", reference(condition.definition));
    builder.setAttr("body", reference(definition));
    builder.setAttr("output_shapes", arguments.stream().map(Operand::shape).toArray(Shape[]::new));
    // Rounds that ran at the same time would be in memory at the same time.
    builder.setAttr("parallel_iterations", 1);
    builder.setAttr(LOWERED, true);
    return results(definition, (GraphOperation) builder.build());
  }

  private void addToLibrary(Ops tf, FunctionDef function) {
    ((Graph) tf.scope().env())
        .importGraphDef(
            GraphDef.newBuilder()
                // Without it the graph would count as an old one, in which scalars have no known
                // shape.
                .setVersions(VERSIONS)
                .setLibrary(library.toBuilder().addFunction(function))
                .build());
  }

  private static VersionDef versions() {
    try (Graph empty = new Graph()) {
      return empty.toGraphDef().getVersions();
    }
  }

  private static Output<?>[] outputs(List<? extends Operand<?>> operands) {
    return operands.stream().map(Operand::asOutput).toArray(Output<?>[]::new);
  }

  private static DataType[] types(List<OpDef.ArgDef> arguments) {
    return arguments.stream().map(OpDef.ArgDef::getType).toArray(DataType[]::new);
  }

  private static AttrValue reference(FunctionDef function) {
    return AttrValue.newBuilder()
        .setFunc(NameAttrList.newBuilder().setName(function.getSignature().getName()))
        .build();
  }

  private static List<Output<?>> results(FunctionDef function, GraphOperation call) {
    List<Output<?>> results = new ArrayList<>();
    for (int i = 0; i < function.getSignature().getOutputArgCount(); i++) {
      results.add(call.output(i));
    }
    return results;
  }
}
