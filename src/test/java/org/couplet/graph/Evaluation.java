package org.couplet.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/** Runs a function of float arrays once, plainly or compiled by XLA. */
public final class Evaluation {
  private Evaluation() {}

  /** An array with its shape. */
  public static final class Input {
    private final Shape shape;
    private final float[] values;

    /** Row-major values. */
    public Input(Shape shape, float... values) {
      this.shape = shape;
      this.values = values.clone();
    }

    /** Normals of deviation 1 about a mean. */
    public static Input normal(long seed, Shape shape, double mean) {
      Random random = new Random(seed);
      float[] values = new float[(int) shape.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (mean + random.nextGaussian());
      }
      return new Input(shape, values);
    }

    public Shape shape() {
      return shape;
    }

    /** Row-major values. */
    public float[] values() {
      return values.clone();
    }
  }

  /** The values of the body's results, row-major. */
  public static List<float[]> of(
      boolean compiled,
      List<Input> inputs,
      BiFunction<Ops, List<Operand<TFloat32>>, List<Operand<TFloat32>>> body) {
    GraphFunction function =
        GraphFunction.define(
            "body",
            inputs.stream()
                .map(input -> new GraphFunction.Argument(TFloat32.class, input.shape()))
                .toList(),
            (tf, in) -> List.copyOf(body.apply(tf, GraphFunction.floats(in))));
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      List<Operand<TFloat32>> arguments = new ArrayList<>();
      for (Input input : inputs) {
        arguments.add(tf.placeholder(TFloat32.class, Placeholder.shape(input.shape())));
      }
      return values(graph, arguments, inputs, function.call(tf, arguments, compiled));
    }
  }

  /** Norm of the difference over the norm of what is expected. */
  public static double relativeError(float[] expected, float[] actual) {
    if (expected.length != actual.length) {
      throw new IllegalArgumentException(expected.length + " and " + actual.length + " values");
    }
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += Math.pow((double) actual[i] - expected[i], 2);
      norm += Math.pow(expected[i], 2);
    }
    return Math.sqrt(difference / norm);
  }

  // Fed: of constants TensorFlow would compute the results itself, without XLA.
  private static List<float[]> values(
      Graph graph, List<Operand<TFloat32>> arguments, List<Input> inputs, List<Output<?>> outputs) {
    List<TFloat32> fed =
        inputs.stream()
            .map(input -> TFloat32.tensorOf(input.shape(), DataBuffers.of(input.values())))
            .toList();
    try (Session session = new Session(graph)) {
      Session.Runner runner = session.runner();
      for (int i = 0; i < fed.size(); i++) {
        runner.feed(arguments.get(i), fed.get(i));
      }
      outputs.forEach(runner::fetch);
      try (Result result = runner.run()) {
        return floats(result, outputs.size());
      }
    } finally {
      fed.forEach(TFloat32::close);
    }
  }

  private static List<float[]> floats(Result result, int count) {
    List<float[]> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      TFloat32 tensor = (TFloat32) result.get(i);
      float[] floats = new float[(int) tensor.size()];
      tensor.asRawTensor().data().asFloats().read(floats);
      values.add(floats);
    }
    return values;
  }
}
