package org.couplet.selftest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.couplet.inspection.KernelCall;
import org.tensorflow.ndarray.Shape;

/**
 * Inputs of a kernel, of which each is an outer product of few numbers, and the result that follows
 * from those. No other implementation is needed: with the image {@code x[n, y, x, c] = a[n, y, x]
 * b[c]} and the filter {@code w[u, v, c, o] = g[u, v] p[c] q[o]} a convolution is the one of {@code
 * a} by {@code g}, times {@code (b p) q[o]}; its gradients, matrix products and the depthwise
 * convolutions follow likewise.
 *
 * @param inputs row-major, in the order of {@link KernelCall#inputs}
 * @param expected the result
 */
record KernelTrial(List<float[]> inputs, Outer expected) {
  /** Draws inputs for a call. */
  static KernelTrial of(KernelCall call, SplittableRandom random) {
    return switch (call.op()) {
      case "Conv2D" -> convolution(call, random);
      case "Conv2DBackpropInput" -> imageGradient(call, random);
      case "Conv2DBackpropFilter" -> filterGradient(call, random);
      case "DepthwiseConv2dNative" -> depthwise(call, random);
      case "DepthwiseConv2dNativeBackpropInput" -> depthwiseImageGradient(call, random);
      case "DepthwiseConv2dNativeBackpropFilter" -> depthwiseFilterGradient(call, random);
      case "MatMul", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3" -> product(call, random);
      case "Sum", "Mean" -> reduction(call, random);
      default -> throw new IllegalArgumentException(call.op());
    };
  }

  private static KernelTrial of(Outer expected, Outer... inputs) {
    List<float[]> values = new ArrayList<>();
    for (Outer input : inputs) {
      values.add(input.values());
    }
    return new KernelTrial(values, expected);
  }

  private static KernelTrial convolution(KernelCall call, SplittableRandom random) {
    Shape filter = call.inputs().get(1);
    Window window = Window.of(call, call.inputs().get(0), filter, call.output());
    double[] a = Outer.random(random, window.imageSize());
    double[] b = Outer.random(random, filter.get(2));
    double[] g = Outer.random(random, window.filterSize());
    double[] p = Outer.aligned(random, b);
    double[] q = Outer.random(random, filter.get(3));
    return of(
        new Outer(window.convolved(a, g), Outer.scaled(q, Outer.dot(b, p))),
        new Outer(a, b),
        new Outer(g, Outer.product(p, q)));
  }

  private static KernelTrial imageGradient(KernelCall call, SplittableRandom random) {
    Shape filter = call.inputs().get(0);
    Window window = Window.of(call, call.output(), filter, call.inputs().get(1));
    double[] g = Outer.random(random, window.filterSize());
    double[] p = Outer.random(random, filter.get(2));
    double[] q = Outer.random(random, filter.get(3));
    double[] e = Outer.random(random, window.resultSize());
    double[] t = Outer.aligned(random, q);
    return of(
        new Outer(window.imageGradient(g, e), Outer.scaled(p, Outer.dot(q, t))),
        new Outer(g, Outer.product(p, q)),
        new Outer(e, t));
  }

  private static KernelTrial filterGradient(KernelCall call, SplittableRandom random) {
    Shape filter = call.output();
    Window window = Window.of(call, call.inputs().get(0), filter, call.inputs().get(1));
    double[] a = Outer.random(random, window.imageSize());
    double[] b = Outer.random(random, filter.get(2));
    double[] e = Outer.random(random, window.resultSize());
    double[] t = Outer.random(random, filter.get(3));
    return of(
        new Outer(window.filterGradient(a, e), Outer.product(b, t)),
        new Outer(a, b),
        new Outer(e, t));
  }

  // A filter has `times` results for each channel, [k, l, c, times]; the result's channels are c
  // times `times`.
  private static KernelTrial depthwise(KernelCall call, SplittableRandom random) {
    Shape filter = call.inputs().get(1);
    Window window = Window.of(call, call.inputs().get(0), filter, call.output());
    double[] a = Outer.random(random, window.imageSize());
    double[] b = Outer.random(random, filter.get(2));
    double[] g = Outer.random(random, window.filterSize());
    double[] p = Outer.random(random, filter.get(2) * filter.get(3));
    return of(new Outer(window.convolved(a, g), eachTimes(b, p)), new Outer(a, b), new Outer(g, p));
  }

  private static KernelTrial depthwiseImageGradient(KernelCall call, SplittableRandom random) {
    Shape filter = call.inputs().get(0);
    Window window = Window.of(call, call.output(), filter, call.inputs().get(1));
    double[] g = Outer.random(random, window.filterSize());
    double[] p = Outer.random(random, filter.get(2) * filter.get(3));
    double[] e = Outer.random(random, window.resultSize());
    double[] t = Outer.agreeing(random, p);
    int times = (int) filter.get(3);
    double[] sums = new double[p.length / times];
    for (int i = 0; i < p.length; i++) {
      sums[i / times] += p[i] * t[i];
    }
    return of(new Outer(window.imageGradient(g, e), sums), new Outer(g, p), new Outer(e, t));
  }

  private static KernelTrial depthwiseFilterGradient(KernelCall call, SplittableRandom random) {
    Shape filter = call.output();
    Window window = Window.of(call, call.inputs().get(0), filter, call.inputs().get(1));
    double[] a = Outer.random(random, window.imageSize());
    double[] b = Outer.random(random, filter.get(2));
    double[] e = Outer.random(random, window.resultSize());
    double[] t = Outer.random(random, filter.get(2) * filter.get(3));
    return of(
        new Outer(window.filterGradient(a, e), eachTimes(b, t)), new Outer(a, b), new Outer(e, t));
  }

  // values[i] with each of its own share of others.
  private static double[] eachTimes(double[] values, double[] others) {
    int times = others.length / values.length;
    double[] products = new double[others.length];
    for (int i = 0; i < others.length; i++) {
      products[i] = values[i / times] * others[i];
    }
    return products;
  }

  // A[m, k] = a[m] b[k] and B[k, n] = p[k] q[n]; of a batch each matrix has its own a, and B a
  // factor.
  private static KernelTrial product(KernelCall call, SplittableRandom random) {
    Shape output = call.output();
    int rank = output.numDimensions();
    int rows = (int) output.get(rank - 2);
    int matrices = (int) (output.size() / output.get(rank - 1) / rows);
    Shape left = call.inputs().get(0);
    double[] a = Outer.random(random, (long) matrices * rows);
    double[] b = Outer.random(random, left.get(rank - (call.transposeA() ? 2 : 1)));
    double[] p = Outer.aligned(random, b);
    double[] q = Outer.random(random, output.get(rank - 1));
    double[] factors = Outer.random(random, matrices);
    Outer[] leftMatrices = new Outer[matrices];
    Outer[] rightMatrices = new Outer[matrices];
    double[] expected = new double[a.length];
    for (int i = 0; i < matrices; i++) {
      double[] own = Arrays.copyOfRange(a, i * rows, (i + 1) * rows);
      double[] scaled = Outer.scaled(p, factors[i]);
      leftMatrices[i] = call.transposeA() ? new Outer(b, own) : new Outer(own, b);
      rightMatrices[i] = call.transposeB() ? new Outer(q, scaled) : new Outer(scaled, q);
      System.arraycopy(Outer.scaled(own, factors[i]), 0, expected, i * rows, rows);
    }
    return new KernelTrial(
        List.of(joined(leftMatrices), joined(rightMatrices)),
        new Outer(expected, Outer.scaled(q, Outer.dot(b, p))));
  }

  private static float[] joined(Outer[] matrices) {
    int size = matrices[0].size();
    float[] values = new float[matrices.length * size];
    for (int i = 0; i < matrices.length; i++) {
      System.arraycopy(matrices[i].values(), 0, values, i * size, size);
    }
    return values;
  }

  private static KernelTrial reduction(KernelCall call, SplittableRandom random) {
    Shape input = call.inputs().get(0);
    double[] values = Outer.random(random, input.size());
    int[] sizes = Arrays.stream(input.asArray()).mapToInt(Math::toIntExact).toArray();
    int[] strides = new int[sizes.length];
    int kept = 1;
    for (int axis = sizes.length - 1; axis >= 0; axis--) {
      boolean summed = call.axes().contains(axis);
      strides[axis] = summed ? 0 : kept;
      kept *= summed ? 1 : sizes[axis];
    }
    double[] sums = new double[kept];
    float[] floats = new float[values.length];
    int[] place = new int[sizes.length];
    int to = 0;
    for (int i = 0; i < values.length; i++) {
      // Shifted, so that sums are not near 0.
      double value = values[i] + 0.5;
      floats[i] = (float) value;
      sums[to] += value;
      for (int axis = sizes.length - 1; axis >= 0; axis--) {
        to += strides[axis];
        place[axis]++;
        if (place[axis] < sizes[axis]) {
          break;
        }
        to -= strides[axis] * sizes[axis];
        place[axis] = 0;
      }
    }
    double share = call.op().equals("Mean") ? (double) sums.length / values.length : 1;
    return new KernelTrial(List.of(floats), new Outer(sums, new double[] {share}));
  }
}
