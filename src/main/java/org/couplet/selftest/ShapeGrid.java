package org.couplet.selftest;

import java.util.ArrayList;
import java.util.List;
import org.couplet.inspection.KernelCall;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

/** The calls that show what a machine's kernels are like, of shapes that networks have. */
public final class ShapeGrid {
  private static final int[] SIZES = {4, 8, 16, 32, 64};
  // 3 are those of images.
  private static final int[] IN = {
    3, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 336, 384,
    448, 480, 512, 576, 640, 768, 960, 1152, 1344, 1536
  };
  private static final int[] OUT = {3, 16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 576, 768};
  // Multiply-adds of a filter's pixel: a grid of all sizes would take hours.
  private static final long MOST_WORK = 70_000_000;

  private ShapeGrid() {}

  /** A few calls of each kind of kernel: seconds. */
  public static List<KernelCall> few(DataType type) {
    List<KernelCall> calls = new ArrayList<>();
    for (int channels : new int[] {16, 48, 80, 112, 128, 192, 208, 256, 336}) {
      for (int size : new int[] {8, 16, 32}) {
        calls.addAll(convolutions(type, 1, size, 3, channels, Math.max(64, channels)));
      }
      calls.addAll(convolutions(type, 1, 16, 1, channels, 2L * channels));
      calls.add(product(type, 1024, channels, 2L * channels));
    }
    calls.addAll(convolutions(type, 1, 32, 3, 3, 128));
    calls.addAll(convolutions(type, 1, 32, 3, 128, 3));
    return calls;
  }

  /** All sizes, of filters of 1 x 1 and 3 x 3, one and four images: minutes. */
  public static List<KernelCall> many(DataType type) {
    List<KernelCall> calls = new ArrayList<>();
    for (int filter : new int[] {3, 1}) {
      for (int size : SIZES) {
        for (int rows : new int[] {1, 4}) {
          for (int in : IN) {
            for (int out : OUT) {
              if ((long) rows * size * size * in * out <= MOST_WORK) {
                calls.addAll(convolutions(type, rows, size, filter, in, out));
              }
            }
          }
        }
      }
    }
    return calls;
  }

  // A convolution that keeps the image's size, both its gradients, and the gradient by the image as
  // Couplet's programs take it: as another convolution.
  private static List<KernelCall> convolutions(
      DataType type, long rows, long size, long filter, long in, long out) {
    Shape image = Shape.of(rows, size, size, in);
    Shape result = Shape.of(rows, size, size, out);
    Shape weights = Shape.of(filter, filter, in, out);
    Shape mirrored = Shape.of(filter, filter, out, in);
    List<KernelCall> calls =
        new ArrayList<>(
            List.of(
                convolution("Conv2D", type, image, weights, result),
                convolution("Conv2DBackpropFilter", type, image, result, weights),
                convolution("Conv2DBackpropInput", type, weights, result, image)));
    if (in != out) {
      calls.add(convolution("Conv2D", type, result, mirrored, image));
    }
    return calls;
  }

  /** A convolution that takes no time. */
  static KernelCall smallest() {
    return convolution(
        "Conv2D",
        DataType.DT_FLOAT,
        Shape.of(1, 4, 4, 1),
        Shape.of(3, 3, 1, 1),
        Shape.of(1, 4, 4, 1));
  }

  private static KernelCall convolution(
      String op, DataType type, Shape first, Shape second, Shape output) {
    List<Long> ones = List.of(1L, 1L, 1L, 1L);
    return new KernelCall(
        op,
        type,
        List.of(first, second),
        output,
        "SAME",
        List.of(),
        ones,
        ones,
        false,
        false,
        List.of(),
        false);
  }

  private static KernelCall product(DataType type, long rows, long in, long out) {
    return new KernelCall(
        "MatMul",
        type,
        List.of(Shape.of(rows, in), Shape.of(in, out)),
        Shape.of(rows, out),
        "",
        List.of(),
        List.of(),
        List.of(),
        false,
        false,
        List.of(),
        false);
  }
}
