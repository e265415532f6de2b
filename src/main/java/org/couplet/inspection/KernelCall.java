package org.couplet.inspection;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/**
 * One call of a kernel: everything but the values that decides what code computes it. Images are
 * [n, h, w, channels]. Attributes that an operation does not have are empty or false.
 *
 * @param op one of {@link #OPERATIONS}
 * @param type of the inputs and the output, a floating-point type
 * @param inputs shapes of the floating-point inputs, in order; all sizes are known
 * @param output its shape: for the gradients of convolutions that of the image or of the filter
 * @param padding SAME, VALID or EXPLICIT
 * @param explicitPaddings before and after each axis for EXPLICIT, 8 numbers
 * @param strides along each axis of the image
 * @param dilations along each axis of the image
 * @param transposeA whether the first matrix is transposed
 * @param transposeB whether the second matrix is transposed
 * @param axes of a sum or mean, in ascending order, from 0
 * @param keepDims whether these axes stay, with size 1
 */
public record KernelCall(
    String op,
    DataType type,
    List<Shape> inputs,
    Shape output,
    String padding,
    List<Long> explicitPaddings,
    List<Long> strides,
    List<Long> dilations,
    boolean transposeA,
    boolean transposeB,
    List<Integer> axes,
    boolean keepDims) {
  private static final Set<String> CONVOLUTIONS =
      Set.of(
          "Conv2D",
          "Conv2DBackpropInput",
          "Conv2DBackpropFilter",
          "DepthwiseConv2dNative",
          "DepthwiseConv2dNativeBackpropInput",
          "DepthwiseConv2dNativeBackpropFilter");
  private static final Set<String> PRODUCTS =
      Set.of("MatMul", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3");
  private static final Set<String> REDUCTIONS = Set.of("Sum", "Mean");

  /** The operations that are looked for, by their names in a graph. */
  public static final Set<String> OPERATIONS = union(CONVOLUTIONS, PRODUCTS, REDUCTIONS);

  /** Copies the lists. */
  public KernelCall {
    inputs = List.copyOf(inputs);
    explicitPaddings = List.copyOf(explicitPaddings);
    strides = List.copyOf(strides);
    dilations = List.copyOf(dilations);
    axes = List.copyOf(axes);
  }

  /** Whether the operation is a convolution or a gradient of one. */
  public boolean isConvolution() {
    return CONVOLUTIONS.contains(op);
  }

  /** Whether the operation is a sum or a mean. */
  public boolean isReduction() {
    return isReduction(op);
  }

  static boolean isReduction(String op) {
    return REDUCTIONS.contains(op);
  }

  /**
   * One line that identifies the call, such as {@code Conv2D float32 [4,16,16,256] x [3,3,256,256]
   * stride 1 SAME}. It is stable: verdicts can be kept under it.
   */
  public String describe() {
    List<String> words = new ArrayList<>(List.of(op, typeName(type)));
    words.add(inputs.stream().map(KernelCall::text).collect(Collectors.joining(" x ")));
    if (isConvolution()) {
      if (op.contains("Backprop")) {
        words.add("to " + text(output));
      }
      words.add("stride " + alongImage(strides));
      if (dilations.stream().anyMatch(dilation -> dilation != 1)) {
        words.add("dilation " + alongImage(dilations));
      }
      words.add(padding);
      if (!explicitPaddings.isEmpty()) {
        words.add(joined(explicitPaddings));
      }
    }
    if (transposeA || transposeB) {
      words.add("transposed " + (transposeA ? "A" : "") + (transposeB ? "B" : ""));
    }
    if (isReduction()) {
      words.add("axes " + joined(axes) + (keepDims ? " kept" : ""));
    }
    return String.join(" ", words);
  }

  /** The same call of other shapes. */
  public KernelCall with(List<Shape> otherInputs, Shape otherOutput) {
    return new KernelCall(
        op,
        type,
        otherInputs,
        otherOutput,
        padding,
        explicitPaddings,
        strides,
        dilations,
        transposeA,
        transposeB,
        axes,
        keepDims);
  }

  /** A node's call; {@code axes} are those of a reduction. */
  static KernelCall of(
      NodeDef node, Operations operations, List<Shape> inputs, Shape output, List<Integer> axes) {
    boolean batched = node.getOp().startsWith("Batch");
    boolean product = PRODUCTS.contains(node.getOp());
    return new KernelCall(
        node.getOp(),
        type(node, operations),
        inputs,
        output,
        operations.attribute(node, "padding").getS().toStringUtf8(),
        numbers(operations.attribute(node, "explicit_paddings")),
        numbers(operations.attribute(node, "strides")),
        numbers(operations.attribute(node, "dilations")),
        product && operations.attribute(node, batched ? "adj_x" : "transpose_a").getB(),
        product && operations.attribute(node, batched ? "adj_y" : "transpose_b").getB(),
        axes,
        operations.attribute(node, "keep_dims").getB());
  }

  /** The type of a node's output. */
  static DataType type(NodeDef node, Operations operations) {
    String attribute = node.getOp().equals("BatchMatMulV3") ? "Tout" : "T";
    return operations.attribute(node, attribute).getType();
  }

  private static List<Long> numbers(AttrValue value) {
    return value.getList().getIList();
  }

  private static String alongImage(List<Long> each) {
    long height = each.get(1);
    long width = each.get(2);
    return height == width ? Long.toString(height) : height + "," + width;
  }

  private static String text(Shape shape) {
    return "[" + joined(List.of(shape.toListOrNull().toArray())) + "]";
  }

  private static String joined(List<?> numbers) {
    return numbers.stream().map(Object::toString).collect(Collectors.joining(","));
  }

  private static String typeName(DataType type) {
    return switch (type) {
      case DT_FLOAT -> "float32";
      case DT_DOUBLE -> "float64";
      case DT_HALF -> "float16";
      case DT_BFLOAT16 -> "bfloat16";
      default -> type.name();
    };
  }

  private static Set<String> union(Set<String> a, Set<String> b, Set<String> c) {
    return Stream.of(a, b, c).flatMap(Set::stream).collect(Collectors.toUnmodifiableSet());
  }
}
