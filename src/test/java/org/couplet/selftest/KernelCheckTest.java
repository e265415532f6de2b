package org.couplet.selftest;

import static org.couplet.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.couplet.inspection.KernelCall;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;

@Tag("long")
class KernelCheckTest {
  private static final ConfigProto CONFIG =
      ConfigProto.newBuilder().setIntraOpParallelismThreads(2).build();

  // Processors without the fault: what a check finds wrong here is the check's own error, but for
  // the one kernel that is known to be wrong on some.
  static Stream<KernelCall> calls() {
    List<KernelCall> calls = new ArrayList<>();
    for (DataType type : List.of(DataType.DT_FLOAT, DataType.DT_DOUBLE)) {
      for (int stride : new int[] {1, 2}) {
        for (String padding : List.of("SAME", "VALID")) {
          Shape image = Shape.of(3, 9, 8, 16);
          Shape filter = Shape.of(3, 3, 16, 24);
          boolean same = padding.equals("SAME");
          long height = same ? (9 + stride - 1) / stride : (9 - 3) / stride + 1;
          long width = same ? (8 + stride - 1) / stride : (8 - 3) / stride + 1;
          Shape result = Shape.of(3, height, width, 24);
          calls.add(convolution("Conv2D", type, image, filter, result, padding, stride));
          calls.add(
              convolution("Conv2DBackpropFilter", type, image, result, filter, padding, stride));
          Shape each = Shape.of(3, 3, 16, 2);
          Shape results = Shape.of(3, height, width, 32);
          String depthwise = "DepthwiseConv2dNative";
          calls.add(convolution(depthwise, type, image, each, results, padding, stride));
          calls.add(
              convolution(
                  depthwise + "BackpropInput", type, each, results, image, padding, stride));
          calls.add(
              convolution(
                  depthwise + "BackpropFilter", type, image, results, each, padding, stride));
        }
      }
      for (boolean a : new boolean[] {false, true}) {
        for (boolean b : new boolean[] {false, true}) {
          calls.add(
              product(
                  "MatMul",
                  type,
                  a ? Shape.of(40, 33) : Shape.of(33, 40),
                  b ? Shape.of(17, 40) : Shape.of(40, 17),
                  Shape.of(33, 17),
                  a,
                  b));
          calls.add(
              product(
                  "BatchMatMulV2",
                  type,
                  a ? Shape.of(6, 40, 33) : Shape.of(6, 33, 40),
                  b ? Shape.of(6, 17, 40) : Shape.of(6, 40, 17),
                  Shape.of(6, 33, 17),
                  a,
                  b));
        }
      }
      calls.add(reduction("Sum", type, Shape.of(6, 5, 7, 8), Shape.of(6, 8), List.of(1, 2)));
      calls.add(reduction("Mean", type, Shape.of(6, 5, 7, 8), Shape.of(5, 7), List.of(0, 3)));
      calls.add(reduction("Sum", type, Shape.of(50), Shape.scalar(), List.of(0)));
    }
    return calls.stream();
  }

  @ParameterizedTest
  @MethodSource("calls")
  void soundKernelsAreRight(KernelCall call) {
    KernelCheck.Verdict verdict = KernelCheck.of(CONFIG).check(call);
    assertTrue(verdict.isRight(), call.describe() + " " + verdict);
  }

  // What a kernel does wrong that passes over the last block of a result's channels, or takes them
  // from its neighbours.
  @ParameterizedTest
  @MethodSource("calls")
  void wrongKernelsAreFound(KernelCall call) {
    KernelCheck.Kernels lastIsWrong =
        (tf, planted, inputs) -> lastScaled(tf, KernelCheck.operation(tf, planted, inputs));
    KernelCheck.Verdict verdict = new KernelCheck(CONFIG, lastIsWrong).check(call);
    assertFalse(verdict.isRight(), call.describe() + " " + verdict);
  }

  @Test
  void aProductOfShapesThatDoNotFitIsRefused() {
    KernelCall call =
        product(
            "MatMul",
            DataType.DT_FLOAT,
            Shape.of(2, 2),
            Shape.of(3, 4),
            Shape.of(2, 4),
            false,
            false);
    KernelCheck check = new KernelCheck(CONFIG, KernelCheck::operation);
    assertRefused(() -> check.check(call), "[2,2] x [3,4]", "build or export it again");
  }

  @ParameterizedTest
  @MethodSource("calls")
  void whatCannotRunIsNotRight(KernelCall call) {
    KernelCheck.Kernels fails =
        (tf, planted, inputs) ->
            tf.ensureShape(
                    tf.placeholderWithDefault(
                        KernelCheck.operation(tf, planted, inputs), Shape.unknown()),
                    Shape.of(1, 2, 3))
                .asOutput();
    KernelCheck.Verdict verdict = new KernelCheck(CONFIG, fails).check(call);
    assertFalse(verdict.isRight());
    assertFalse(verdict.failure().isEmpty());
  }

  @ParameterizedTest
  @MethodSource("calls")
  void theLinesThatIdentifyCallsDiffer(KernelCall call) {
    assertEquals(
        1,
        calls().filter(other -> other.describe().equals(call.describe())).count(),
        call.describe());
  }

  // The last value of the last axis is a thousandth too large.
  private static Output<?> lastScaled(Ops tf, Output<?> output) {
    Shape shape = output.shape();
    int size = shape.numDimensions() == 0 ? 1 : (int) shape.get(shape.numDimensions() - 1);
    float[] factors = new float[size];
    java.util.Arrays.fill(factors, 1);
    factors[size - 1] = 1.001f;
    Operand<?> scale = shape.numDimensions() == 0 ? tf.constant(factors[0]) : tf.constant(factors);
    return output.type().equals(TFloat32.class)
        ? tf.math
            .mul(output.expect(TFloat32.class), scale.asOutput().expect(TFloat32.class))
            .asOutput()
        : tf.math
            .mul(
                output.expect(org.tensorflow.types.TFloat64.class),
                tf.dtypes.cast(
                    scale.asOutput().expect(TFloat32.class), org.tensorflow.types.TFloat64.class))
            .asOutput();
  }

  private static KernelCall convolution(
      String op,
      DataType type,
      Shape first,
      Shape second,
      Shape output,
      String padding,
      long stride) {
    return new KernelCall(
        op,
        type,
        List.of(first, second),
        output,
        padding,
        List.of(),
        List.of(1L, stride, stride, 1L),
        List.of(1L, 1L, 1L, 1L),
        false,
        false,
        List.of(),
        false);
  }

  private static KernelCall product(
      String op, DataType type, Shape first, Shape second, Shape output, boolean a, boolean b) {
    return new KernelCall(
        op,
        type,
        List.of(first, second),
        output,
        "",
        List.of(),
        List.of(),
        List.of(),
        a,
        b,
        List.of(),
        false);
  }

  private static KernelCall reduction(
      String op, DataType type, Shape input, Shape output, List<Integer> axes) {
    return new KernelCall(
        op,
        type,
        List.of(input),
        output,
        "",
        List.of(),
        List.of(),
        List.of(),
        false,
        false,
        axes,
        false);
  }
}
