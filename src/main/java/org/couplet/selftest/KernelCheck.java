package org.couplet.selftest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.couplet.inspection.KernelCall;
import org.couplet.io.ErrorSummary;
import org.couplet.io.InvalidInputException;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperationBuilder;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.RewriterConfig;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TFloating;
import org.tensorflow.types.family.TType;

/**
 * Runs kernels on drawn inputs and compares every value of their results with a closed form, {@link
 * KernelTrial}.
 *
 * @param config of the session, with the program's threads
 * @param kernels makes the operation to be checked
 */
record KernelCheck(ConfigProto config, Kernels kernels) {
  // Rows of a batch, and of a matrix: more make the same blocks again.
  private static final long MOST_IMAGES = 4;
  private static final long MOST_ROWS = 4096;
  // Of an array: a quarter of the launcher's heap.
  private static final double MOST_VALUES = 1 << 27;
  private static final Map<DataType, Class<? extends TFloating>> TYPES =
      new TreeMap<>(
          Map.of(
              DataType.DT_FLOAT, TFloat32.class,
              DataType.DT_DOUBLE, TFloat64.class,
              DataType.DT_BFLOAT16, TBfloat16.class,
              DataType.DT_HALF, TFloat16.class));

  /** Adds a call's operation to a graph. */
  @FunctionalInterface
  interface Kernels {
    /**
     * Adds the operation.
     *
     * @param inputs in the order of {@link KernelCall#inputs}
     */
    Output<?> add(Ops tf, KernelCall call, List<Operand<?>> inputs);
  }

  /**
   * What became of a call.
   *
   * @param error the largest difference from the closed form over the root mean square of the
   *     values
   * @param failure why it could not run; empty if it did
   */
  record Verdict(KernelCall call, double error, String failure) {
    boolean isRight() {
      return failure.isEmpty() && error <= tolerance(call.type());
    }

    // The inputs' products are exact and so are their sums in float32; half precision rounds.
    private static double tolerance(DataType type) {
      return switch (type) {
        case DT_BFLOAT16 -> 0.1;
        case DT_HALF -> 0.02;
        default -> 1e-5;
      };
    }
  }

  /** TensorFlow's own operations. */
  static KernelCheck of(ConfigProto config) {
    // On CPUs nothing is rewritten in a graph of one operation.
    RewriterConfig none = RewriterConfig.newBuilder().setDisableMetaOptimizer(true).build();
    ConfigProto.Builder plain = config.toBuilder();
    plain.getGraphOptionsBuilder().setRewriteOptions(none);
    return new KernelCheck(plain.build(), KernelCheck::operation);
  }

  /** Whether a call can be checked: of a known type and size, with batches of equal sizes. */
  static boolean covers(KernelCall call) {
    if (!TYPES.containsKey(call.type())
        || call.inputs().size() != (call.isReduction() ? 1 : 2)
        || !hasValuesThatFit(withFewRows(call))) {
      return false;
    }
    int rank = call.output().numDimensions();
    return !call.op().contains("MatMul")
        || call.inputs().stream()
            .allMatch(
                input ->
                    input.numDimensions() == rank
                        && input.subShape(0, rank - 2).equals(call.output().subShape(0, rank - 2)));
  }

  private static boolean hasValuesThatFit(KernelCall call) {
    List<Shape> shapes = new ArrayList<>(call.inputs());
    shapes.add(call.output());
    for (Shape shape : shapes) {
      double values = 1;
      for (long size : shape.asArray()) {
        values *= size;
      }
      // Of nothing a mean is NaN everywhere.
      if (values < 1 || values > MOST_VALUES) {
        return false;
      }
    }
    return true;
  }

  /**
   * Checks a call, of a few rows.
   *
   * @throws InvalidInputException if TensorFlow refuses the operation, whatever the processor
   */
  Verdict check(KernelCall whole) {
    KernelCall call = withFewRows(whole);
    KernelTrial trial = KernelTrial.of(call, new SplittableRandom(call.describe().hashCode()));
    List<TType> tensors = new ArrayList<>();
    try (Graph graph = new Graph();
        Session session = new Session(graph, config)) {
      Ops tf = Ops.create(graph);
      Session.Runner runner = session.runner();
      List<Operand<?>> inputs = new ArrayList<>();
      for (int i = 0; i < trial.inputs().size(); i++) {
        if (trial.inputs().get(i).length != call.inputs().get(i).size()) {
          throw new InvalidInputException(
              "the model calls %s, whose shapes do not fit together; build or export it again"
                  .formatted(call.describe()));
        }
        Class<? extends TFloating> type = TYPES.get(call.type());
        // Fed, as constants would be folded by another kernel.
        Operand<?> input = tf.placeholder(type, Placeholder.shape(call.inputs().get(i)));
        TType tensor = tensor(call.type(), call.inputs().get(i), trial.inputs().get(i));
        tensors.add(tensor);
        runner.feed(input, tensor);
        inputs.add(input);
      }
      Output<?> output = added(tf, call, inputs);
      runner.fetch(tf.dtypes.cast(output.expect(TYPES.get(call.type())), TFloat32.class));
      try (Result result = runner.run()) {
        TFloat32 values = (TFloat32) result.get(0);
        float[] actual = new float[(int) values.size()];
        values.asRawTensor().data().asFloats().read(actual);
        return new Verdict(whole, trial.expected().error(actual), "");
      }
    } catch (TensorFlowException | IllegalArgumentException | UnsupportedOperationException e) {
      // TensorFlow's errors have different parents.
      return new Verdict(whole, Double.POSITIVE_INFINITY, ErrorSummary.of(e));
    } finally {
      tensors.forEach(TType::close);
    }
  }

  private Output<?> added(Ops tf, KernelCall call, List<Operand<?>> inputs) {
    try {
      return kernels.add(tf, call, inputs);
    } catch (TensorFlowException | IllegalArgumentException e) {
      throw new InvalidInputException(
          "the model calls %s, which TensorFlow refuses: %s; build or export it again"
              .formatted(call.describe(), ErrorSummary.of(e)),
          e);
    }
  }

  private static TType tensor(DataType type, Shape shape, float[] values) {
    var data = DataBuffers.of(values);
    return switch (type) {
      case DT_BFLOAT16 -> TBfloat16.tensorOf(shape, data);
      case DT_HALF -> TFloat16.tensorOf(shape, data);
      case DT_DOUBLE ->
          TFloat64.tensorOf(
              shape,
              tensor -> {
                int[] next = {0};
                tensor.scalars().forEach(scalar -> scalar.setDouble(values[next[0]++]));
              });
      default -> TFloat32.tensorOf(shape, data);
    };
  }

  /** TensorFlow's operation of a call. */
  static Output<?> operation(Ops tf, KernelCall call, List<Operand<?>> inputs) {
    var builder = (GraphOperationBuilder) tf.scope().opBuilder(call.op(), "kernel");
    boolean imageGradient = call.op().endsWith("BackpropInput");
    boolean filterGradient = call.op().endsWith("BackpropFilter");
    int[] output = Arrays.stream(call.output().asArray()).mapToInt(Math::toIntExact).toArray();
    if (imageGradient) {
      builder.addInput(tf.constant(output).asOutput());
    }
    builder.addInput(inputs.get(0).asOutput());
    if (filterGradient) {
      builder.addInput(tf.constant(output).asOutput());
    }
    if (inputs.size() > 1) {
      builder.addInput(inputs.get(1).asOutput());
    }
    if (call.isReduction()) {
      int[] axes = call.axes().stream().mapToInt(Integer::intValue).toArray();
      builder.addInput(tf.constant(axes).asOutput());
      builder.setAttr("keep_dims", call.keepDims());
    } else if (call.isConvolution()) {
      builder.setAttr("strides", longs(call.strides()));
      builder.setAttr("dilations", longs(call.dilations()));
      builder.setAttr("padding", call.padding());
      if (!call.explicitPaddings().isEmpty()) {
        builder.setAttr("explicit_paddings", longs(call.explicitPaddings()));
      }
    } else {
      boolean batched = call.op().startsWith("Batch");
      builder.setAttr(batched ? "adj_x" : "transpose_a", call.transposeA());
      builder.setAttr(batched ? "adj_y" : "transpose_b", call.transposeB());
      if (call.op().equals("BatchMatMulV3")) {
        builder.setAttr("Tout", call.type());
      }
    }
    return builder.build().output(0);
  }

  private static long[] longs(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  // The same call of fewer rows where it has many: the first size of images, of the first matrix,
  // of batches of matrices, and of what is summed.
  private static KernelCall withFewRows(KernelCall call) {
    List<Shape> inputs = new ArrayList<>(call.inputs());
    boolean imageGradient = call.op().endsWith("BackpropInput");
    boolean filterGradient = call.op().endsWith("BackpropFilter");
    boolean matrices = call.op().equals("MatMul");
    if (matrices && call.transposeA() && call.transposeB()) {
      return call;
    }
    long most = matrices ? MOST_ROWS : MOST_IMAGES;
    if (!imageGradient) {
      inputs.set(0, few(inputs.get(0), most));
    }
    if (imageGradient
        || filterGradient
        || call.op().startsWith("Batch")
        || (matrices && call.transposeA())) {
      inputs.set(1, few(inputs.get(1), most));
    }
    boolean summed = filterGradient || (matrices && call.transposeA()) || call.axes().contains(0);
    return call.with(inputs, summed ? call.output() : few(call.output(), most));
  }

  private static Shape few(Shape shape, long most) {
    if (shape.numDimensions() == 0 || shape.get(0) <= most) {
      return shape;
    }
    long[] sizes = shape.asArray().clone();
    sizes[0] = most;
    return Shape.of(sizes);
  }
}
