package org.couplet.optimizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.OperationBuilder;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.types.TFloat32;

/**
 * A graph function of float arrays, run by plain kernels or compiled by XLA, which must succeed.
 */
final class PureFunction implements AutoCloseable {
  private final Graph graph = new Graph();
  private final Session session;
  private final List<Shape> shapes;
  private final List<Output<TFloat32>> inputs = new ArrayList<>();
  private final List<Output<?>> outputs = new ArrayList<>();

  PureFunction(
      boolean compiled,
      List<Shape> shapes,
      BiFunction<Ops, List<Operand<TFloat32>>, List<Operand<TFloat32>>> body) {
    this.shapes = shapes;
    FunctionDef function = define(shapes, body);
    graph.importGraphDef(
        GraphDef.newBuilder()
            .setLibrary(FunctionDefLibrary.newBuilder().addFunction(function))
            .build());
    Ops tf = Ops.create(graph);
    inputs.addAll(placeholders(tf, shapes).stream().map(Operand::asOutput).toList());
    int results = function.getSignature().getOutputArgCount();
    OperationBuilder call =
        tf.scope().env().opBuilder("StatefulPartitionedCall", "call", tf.scope());
    call.addInputList(inputs.toArray(Output<?>[]::new));
    call.setAttr("Tin", floats(shapes.size()));
    call.setAttr("Tout", floats(results));
    NameAttrList name =
        NameAttrList.newBuilder().setName(function.getSignature().getName()).build();
    call.setAttr("f", AttrValue.newBuilder().setFunc(name).build());
    call.setAttr("_XlaMustCompile", compiled);
    GraphOperation called = (GraphOperation) call.build();
    for (int i = 0; i < results; i++) {
      outputs.add(called.output(i));
    }
    session = new Session(graph);
  }

  private static FunctionDef define(
      List<Shape> shapes, BiFunction<Ops, List<Operand<TFloat32>>, List<Operand<TFloat32>>> body) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      List<Operand<TFloat32>> arguments = placeholders(tf, shapes);
      Signature.Builder signature = Signature.builder().key("body");
      for (int i = 0; i < arguments.size(); i++) {
        signature.input("in" + i, arguments.get(i));
      }
      List<Operand<TFloat32>> results = body.apply(tf, arguments);
      for (int i = 0; i < results.size(); i++) {
        signature.output("out" + i, results.get(i));
      }
      try (ConcreteFunction function = ConcreteFunction.create(signature.build(), graph)) {
        return function.getFunctionDef();
      }
    }
  }

  private static List<Operand<TFloat32>> placeholders(Ops tf, List<Shape> shapes) {
    List<Operand<TFloat32>> placeholders = new ArrayList<>();
    for (Shape shape : shapes) {
      placeholders.add(tf.placeholder(TFloat32.class, Placeholder.shape(shape)));
    }
    return placeholders;
  }

  private static DataType[] floats(int count) {
    DataType[] types = new DataType[count];
    Arrays.fill(types, DataType.DT_FLOAT);
    return types;
  }

  /** The results of one run, row-major, for arguments of the declared shapes. */
  List<float[]> run(float[]... arguments) {
    Session.Runner runner = session.runner();
    List<TFloat32> tensors = new ArrayList<>();
    try {
      for (int i = 0; i < arguments.length; i++) {
        TFloat32 tensor = TFloat32.tensorOf(shapes.get(i), DataBuffers.of(arguments[i]));
        tensors.add(tensor);
        runner.feed(inputs.get(i), tensor);
      }
      outputs.forEach(runner::fetch);
      try (Result result = runner.run()) {
        List<float[]> values = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
          TFloat32 tensor = (TFloat32) result.get(i);
          float[] value = new float[(int) tensor.size()];
          tensor.copyTo(DataBuffers.of(value));
          values.add(value);
        }
        return values;
      }
    } finally {
      tensors.forEach(TFloat32::close);
    }
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
