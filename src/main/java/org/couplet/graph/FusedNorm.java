package org.couplet.graph;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.couplet.graph.GraphFunction.Argument;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;
import org.tensorflow.types.family.TType;

/**
 * Group normalisation, SiLU and dropout in one, with a gradient written out. Only sums over the
 * image are operations of their own; the rest is three functions that XLA compiles, each one pass
 * over its arrays: the value, the gradient by the normalised values, the gradient by the image.
 *
 * <p>With u the normalised values, {@code y = mask silu(scale u + bias)} and v that sum: {@code dv
 * = mask dy silu'(v)}, {@code dscale = sum dv u}, {@code dbias = sum dv} and {@code dx = rstd
 * (scale dv - mean(scale dv) - u mean(scale dv u))}, the means over the group.
 */
final class FusedNorm {
  /**
   * What differs between functions. Their arrays' sizes do not: XLA compiles for those it meets.
   */
  private record Kind(
      GroupNorm norm, Class<? extends TFloating> type, boolean shifted, boolean dropped) {
    String name(String part) {
      return "norm_silu_%s_%d_%d_%s%s%s"
          .formatted(
              part,
              norm.channels(),
              norm.groups(),
              type.getSimpleName(),
              shifted ? "_shifted" : "",
              dropped ? "_dropped" : "");
    }
  }

  private static final Shape ANY = Shape.unknown();
  // An argument of a function has a gradient even if nobody wants it.
  private static final float NOBODYS = 0;

  private final Map<Kind, GraphFunction> functions = new LinkedHashMap<>();

  /**
   * mask silu(norm(x + shift)).
   *
   * @param x [n, h, w, channels], h and w static
   * @param shift [n, channels] or null for none
   * @param scale [channels]
   * @param bias [channels]
   * @param dropped values to drop, or null for none
   * @return [n, h, w, channels]
   */
  <T extends TFloating> Operand<T> apply(
      Ops tf,
      GroupNorm norm,
      Operand<T> x,
      @Nullable Operand<T> shift,
      Operand<TFloat32> scale,
      Operand<TFloat32> bias,
      Dropout.@Nullable Draw dropped) {
    GroupNorm.Moments moments = norm.moments(tf, x, shift);
    List<Operand<?>> arguments = new ArrayList<>();
    arguments.add(norm.flat(tf, x));
    // The function's gradient follows the moments, too.
    arguments.add(tf.stopGradient(moments.centre()));
    arguments.add(tf.stopGradient(moments.reciprocalDeviation()));
    arguments.add(scale);
    arguments.add(bias);
    if (shift != null) {
      arguments.add(Layers.cast(tf, shift, TFloat32.class));
    }
    if (dropped != null) {
      arguments.add(norm.flat(tf, dropped.bits()));
      arguments.add(tf.constant(dropped.threshold()));
      arguments.add(tf.constant(dropped.gain()));
    }
    Kind kind = new Kind(norm, x.type(), shift != null, dropped != null);
    GraphFunction function = functions.computeIfAbsent(kind, FusedNorm::function);
    Operand<?> y = function.call((Graph) tf.scope().env(), tf, arguments, false).get(0);
    return norm.image(tf, y.asOutput().expect(x.type()), x.shape());
  }

  private static GraphFunction function(Kind kind) {
    List<Argument> arguments = new ArrayList<>();
    arguments.add(new Argument(kind.type(), ANY)); // image, [n, h w, channels]
    floats(arguments, 4); // centre and reciprocal deviation, [n, 1, channels]; scale and bias
    if (kind.shifted()) {
      floats(arguments, 1);
    }
    if (kind.dropped()) {
      arguments.add(new Argument(TInt32.class, ANY));
      arguments.add(new Argument(TInt32.class, ANY));
      floats(arguments, 1);
    }
    GraphFunction value = compiled(kind, "value", arguments, FusedNorm::value);
    List<Argument> withGradient = new ArrayList<>(arguments);
    withGradient.add(new Argument(kind.type(), ANY));
    GraphFunction slope = compiled(kind, "slope", withGradient, FusedNorm::slope);
    List<Argument> sums = new ArrayList<>();
    sums.add(new Argument(kind.type(), ANY));
    floats(sums, 3);
    sums.add(new Argument(kind.type(), ANY));
    floats(sums, 2);
    GraphFunction imageGradient = compiled(kind, "image_gradient", sums, FusedNorm::imageGradient);
    return value.withGradient(
        GraphFunction.define(
            kind.name("gradient"),
            withGradient,
            (tf, in) -> gradients(tf, kind, in, slope, imageGradient)));
  }

  private static void floats(List<Argument> arguments, int count) {
    for (int i = 0; i < count; i++) {
      arguments.add(new Argument(TFloat32.class, ANY));
    }
  }

  // A function that calls one that XLA compiles: the outer one can have a gradient.
  private static GraphFunction compiled(
      Kind kind,
      String part,
      List<Argument> arguments,
      BiFunction<Ops, Inputs, List<Operand<?>>> body) {
    GraphFunction inner =
        GraphFunction.define(
            kind.name(part), arguments, (tf, in) -> body.apply(tf, new Inputs(kind, in)));
    return GraphFunction.define(
        kind.name("call_" + part),
        arguments,
        (tf, in) -> List.copyOf(inner.call((Graph) tf.scope().env(), tf, in, true)));
  }

  /** A function's arguments. */
  private record Inputs(Kind kind, List<Operand<?>> all) {
    Operand<TFloat32> image(Ops tf) {
      return Layers.cast(tf, typed(0, kind.type()), TFloat32.class);
    }

    /** (image - centre) / deviation. */
    Operand<TFloat32> normal(Ops tf) {
      return tf.math.mul(tf.math.sub(image(tf), number(1)), number(2));
    }

    Operand<TFloat32> number(int index) {
      return typed(index, TFloat32.class);
    }

    Operand<? extends TFloating> last() {
      return typed(all.size() - 1, kind.type());
    }

    /** x where it is kept, times the gain, else 0. */
    Operand<TFloat32> masked(Ops tf, Operand<TFloat32> x) {
      if (!kind.dropped()) {
        return x;
      }
      int bits = kind.shifted() ? 6 : 5;
      return tf.select(
          tf.math.greaterEqual(typed(bits, TInt32.class), typed(bits + 1, TInt32.class)),
          tf.math.mul(x, number(bits + 2)),
          tf.constant(0f));
    }

    <T extends TType> Operand<T> typed(int index, Class<T> type) {
      return all.get(index).asOutput().expect(type);
    }
  }

  private static List<Operand<?>> value(Ops tf, Inputs in) {
    Operand<TFloat32> v = tf.math.add(tf.math.mul(in.normal(tf), in.number(3)), in.number(4));
    return List.of(Layers.cast(tf, in.masked(tf, Layers.silu(tf, v)), in.kind().type()));
  }

  // dv and dv u.
  private static List<Operand<?>> slope(Ops tf, Inputs in) {
    Operand<TFloat32> one = tf.constant(1f);
    Operand<TFloat32> normal = in.normal(tf);
    Operand<TFloat32> v = tf.math.add(tf.math.mul(normal, in.number(3)), in.number(4));
    Operand<TFloat32> sigmoid = tf.math.sigmoid(v);
    Operand<TFloat32> derivative =
        tf.math.mul(sigmoid, tf.math.add(one, tf.math.mul(v, tf.math.sub(one, sigmoid))));
    Operand<TFloat32> dy = Layers.cast(tf, in.last(), TFloat32.class);
    Operand<TFloat32> dv = tf.math.mul(in.masked(tf, dy), derivative);
    return List.of(
        Layers.cast(tf, dv, in.kind().type()),
        Layers.cast(tf, tf.math.mul(dv, normal), in.kind().type()));
  }

  // From image, centre, reciprocal deviation, scale, dv and the two means.
  private static List<Operand<?>> imageGradient(Ops tf, Inputs in) {
    Operand<TFloat32> dv = Layers.cast(tf, in.typed(4, in.kind().type()), TFloat32.class);
    Operand<TFloat32> along = tf.math.add(in.number(5), tf.math.mul(in.normal(tf), in.number(6)));
    Operand<TFloat32> dx =
        tf.math.mul(in.number(2), tf.math.sub(tf.math.mul(in.number(3), dv), along));
    return List.of(Layers.cast(tf, dx, in.kind().type()));
  }

  private static List<Operand<?>> gradients(
      Ops tf, Kind kind, List<Operand<?>> in, GraphFunction slope, GraphFunction imageGradient) {
    Graph graph = (Graph) tf.scope().env();
    Operand<TFloat32> scale = in.get(3).asOutput().expect(TFloat32.class);
    var dv = slope.call(graph, tf, in, false);
    Operand<TFloat32> sum = overImage(tf, kind, dv.get(0)); // [n, 1, channels]
    Operand<TFloat32> sumWithNormal = overImage(tf, kind, dv.get(1));
    List<Operand<?>> known = new ArrayList<>(in.subList(0, 4));
    known.add(dv.get(0));
    Operand<TFloat32> positions =
        tf.dtypes.cast(
            tf.gather(tf.shape(in.get(0)), tf.constant(1), tf.constant(0)), TFloat32.class);
    for (Operand<TFloat32> each : List.of(sum, sumWithNormal)) {
      known.add(kind.norm().meanOverGroup(tf, tf.math.div(tf.math.mul(each, scale), positions)));
    }
    Operand<?> dx = imageGradient.call(graph, tf, known, false).get(0);
    Operand<TFloat32> nobodys = tf.constant(NOBODYS);
    List<Operand<?>> results = new ArrayList<>(List.of(dx, nobodys, nobodys));
    Operand<TInt32> rows = tf.constant(new int[] {0, 1});
    results.add(tf.reduceSum(sumWithNormal, rows));
    results.add(tf.reduceSum(sum, rows));
    if (kind.shifted()) {
      results.add(
          tf.squeeze(overImage(tf, kind, dx), org.tensorflow.op.core.Squeeze.axis(List.of(1L))));
    }
    if (kind.dropped()) {
      Operand<TInt32> none = tf.constant(0);
      results.addAll(List.of(none, none, nobodys));
    }
    return results;
  }

  private static Operand<TFloat32> overImage(Ops tf, Kind kind, Operand<?> x) {
    return tf.reduceSum(
        Layers.cast(tf, x.asOutput().expect(kind.type()), TFloat32.class),
        tf.constant(1),
        ReduceSum.keepDims(true));
  }
}
