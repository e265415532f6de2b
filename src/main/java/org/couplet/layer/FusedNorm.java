package org.couplet.layer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.couplet.graph.Cast;
import org.couplet.graph.GraphFunction;
import org.couplet.graph.GraphFunction.InGraph;
import org.couplet.layer.NormKernels.Kind;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * Group normalisation, SiLU and dropout in one, with a gradient written out. The pointwise work is
 * {@link NormKernels}'. The object belongs to one graph.
 *
 * <p>With u the normalised values, {@code y = mask silu(v)} and {@code v = scale u + bias}: {@code
 * dv = mask dy silu'(v)}, {@code dscale = sum dv u}, {@code dbias = sum dv} and {@code dx = (scale
 * dv - mean(scale dv) - u mean(scale dv u)) / deviation}, the means over the group.
 */
final class FusedNorm {
  /** The functions of a kind in the graph. */
  private record Functions(InGraph squares, InGraph activated) {}

  private final Map<Kind, Functions> functions = new LinkedHashMap<>();

  /**
   * mask silu(affine(norm(x + shift))).
   *
   * @param x [n, h, w, channels], h and w static
   * @param shift [n, channels] or null for none
   * @param affine that follows the normalisation
   * @param dropped values to drop, or null for none
   * @return [n, h, w, channels]
   */
  <T extends TFloating> Operand<T> apply(
      Ops tf,
      GroupNorm norm,
      Operand<T> x,
      @Nullable Operand<T> shift,
      Affine affine,
      Dropout.@Nullable Draw dropped) {
    Operand<T> image = norm.flat(tf, x);
    Kind kind =
        new Kind(
            norm,
            image.shape().get(1),
            x.type(),
            affine.perImage(),
            shift != null,
            dropped == null ? null : dropped.rate());
    Functions known = functions.computeIfAbsent(kind, unused -> define(tf, kind));

    // Moments; the gradient of the function follows them, too.
    Operand<TFloat32> means = mean(tf, kind, sum(tf, halfSummed(tf, kind, image)));
    Operand<TFloat32> centre = tf.stopGradient(norm.centre(tf, means, shift));
    Operand<?> squares = known.squares().call(tf, List.of(image, centre)).get(0);
    Operand<TFloat32> reciprocalDeviation =
        tf.stopGradient(norm.reciprocalDeviation(tf, mean(tf, kind, sum(tf, squares))));

    // At most eight: of a call of more, TensorFlow takes the gradients in an order that differs
    // from time to time, and so would the functions around it.
    List<Operand<?>> arguments =
        new ArrayList<>(List.of(image, centre, reciprocalDeviation, affine.scale(), affine.bias()));
    if (shift != null) {
      arguments.add(Cast.to(tf, shift, TFloat32.class));
    }
    if (dropped != null) {
      arguments.add(norm.flat(tf, dropped.bits()));
    }
    Operand<?> y = known.activated().call(tf, arguments).get(0);
    return norm.image(tf, y.asOutput().expect(x.type()), x.shape());
  }

  private static Functions define(Ops ops, Kind kind) {
    NormKernels kernels = NormKernels.of(kind);
    List<GraphFunction.Argument> arguments = NormKernels.arguments(kind);
    // A function that XLA compiles has no gradient; one that calls it can have one.
    GraphFunction value =
        GraphFunction.define(
            kind.name("activated"),
            arguments,
            (tf, in) -> List.copyOf(kernels.value().call(tf, in, true)));
    GraphFunction gradient =
        GraphFunction.define(
            kind.name("gradient"),
            NormKernels.and(arguments, arguments.get(0)),
            (tf, in) -> gradients(tf, kernels, in));
    return new Functions(
        kernels.squares().addTo(ops, true), value.withGradient(gradient).addTo(ops, false));
  }

  // In the order of the arguments.
  private static List<Operand<?>> gradients(Ops tf, NormKernels kernels, List<Operand<?>> in) {
    Kind kind = kernels.kind();
    Operand<?> dv = kernels.slope().call(tf, in, true).get(0);
    List<Operand<?>> moments = new ArrayList<>(in.subList(0, 3));
    moments.add(dv);
    List<Output<?>> halves = kernels.slopeSums().call(tf, moments, true);
    Operand<TFloat32> scale = in.get(3).asOutput().expect(TFloat32.class);
    List<Operand<?>> known = new ArrayList<>(in.subList(0, 4));
    known.add(dv);
    List<Operand<TFloat32>> weightGradients = new ArrayList<>();
    for (Output<?> half : halves) {
      Operand<TFloat32> sum = sum(tf, half); // [n, 1, channels]
      known.add(kind.norm().meanOverGroup(tf, tf.math.mul(mean(tf, kind, sum), scale)));
      weightGradients.add(kind.perImage() ? sum : tf.reduceSum(sum, tf.constant(new int[] {0, 1})));
    }
    Operand<?> dx = kernels.imageGradient().call(tf, known, true).get(0);
    // The rest must have some gradient, but nobody asks for it.
    Operand<TFloat32> unused = tf.constant(0f);
    List<Operand<?>> results = new ArrayList<>(List.of(dx, unused, unused));
    results.add(weightGradients.get(1));
    results.add(weightGradients.get(0));
    if (kind.shifted()) {
      results.add(tf.reduceSum(halfSummed(tf, kind, dx), tf.constant(1)));
    }
    if (kind.rate() != null) {
      Operand<TInt32> unusedBits = tf.constant(0);
      results.add(unusedBits);
    }
    return results;
  }

  // As the kernels do it: two short sums are faster than a long one.
  private static Operand<TFloat32> halfSummed(Ops tf, Kind kind, Operand<?> image) {
    long[] apart = {-1, kind.parts(), kind.positions() / kind.parts(), kind.norm().channels()};
    return tf.reduceSum(
        tf.reshape(
            Cast.to(tf, image.asOutput().expect(kind.type()), TFloat32.class), tf.constant(apart)),
        tf.constant(1));
  }

  // [n, ..., channels] to [n, 1, channels].
  private static Operand<TFloat32> sum(Ops tf, Operand<?> halfSummed) {
    return tf.reduceSum(
        halfSummed.asOutput().expect(TFloat32.class), tf.constant(1), ReduceSum.keepDims(true));
  }

  private static Operand<TFloat32> mean(Ops tf, Kind kind, Operand<TFloat32> sum) {
    return tf.math.mul(sum, tf.constant((float) (1.0 / kind.positions())));
  }
}
