package org.couplet.layer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import org.couplet.graph.Cast;
import org.couplet.graph.Expr;
import org.couplet.graph.GraphFunction;
import org.couplet.graph.GraphFunction.Argument;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.framework.activations.Swish;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;
import org.tensorflow.types.family.TType;

/**
 * The pointwise work of {@link FusedNorm} as functions that XLA compiles, each one pass over its
 * arrays. An image is [n, positions, channels].
 *
 * <p>Sums over positions are made half-way here: XLA's own are slow on CPUs.
 *
 * @param kind what is computed
 * @param squares (image, centre) to squared differences, some positions summed
 * @param value arguments as {@link #arguments} to the activated image
 * @param slope the same and dy to dv
 * @param slopeSums (image, centre, reciprocal deviation, dv) to dv and dv u, some positions summed
 * @param imageGradient (image, centre, reciprocal deviation, scale, dv, mean of scale dv, mean of
 *     scale dv u) to dx
 */
record NormKernels(
    Kind kind,
    GraphFunction squares,
    GraphFunction value,
    GraphFunction slope,
    GraphFunction slopeSums,
    GraphFunction imageGradient) {

  /**
   * What differs between functions.
   *
   * @param norm with its channels and groups
   * @param positions of an image
   * @param type of the image
   * @param perImage whether scale and bias are each image's own
   * @param shifted whether there is a shift
   * @param rate of the dropout, or null for none
   */
  record Kind(
      GroupNorm norm,
      long positions,
      Class<? extends TFloating> type,
      boolean perImage,
      boolean shifted,
      Dropout.@Nullable Rate rate) {
    /** How many positions are summed here: enough for a short rest, and a divisor of them. */
    int parts() {
      return positions % 8 == 0 ? 8 : 1;
    }

    String name(String part) {
      return "norm_silu_%s_%dx%d_%d_%s%s%s%s"
          .formatted(
              part,
              positions,
              norm.channels(),
              norm.groups(),
              type.getSimpleName(),
              perImage ? "_per_image" : "",
              shifted ? "_shifted" : "",
              rate == null ? "" : "_dropped_" + Integer.toHexString(rate.threshold()));
    }
  }

  // Places of the arguments.
  private static final int IMAGE = 0;
  private static final int CENTRE = 1;
  private static final int RECIPROCAL_DEVIATION = 2;
  private static final int SCALE = 3;
  private static final int BIAS = 4;

  private static final Argument FLOATS = new Argument(TFloat32.class, Shape.unknown());
  private static final Argument INTS = new Argument(TInt32.class, Shape.unknown());

  static NormKernels of(Kind kind) {
    Argument image = new Argument(kind.type(), Shape.unknown());
    // What has neither shift nor dropout in it is the same function for all, compiled once.
    Kind bare = new Kind(kind.norm(), kind.positions(), kind.type(), false, false, null);
    return new NormKernels(
        kind,
        define(bare, "squares", List.of(image, FLOATS), NormKernels::squares),
        define(kind, "value", arguments(kind), NormKernels::value),
        define(kind, "slope", and(arguments(kind), image), NormKernels::slope),
        define(bare, "slope_sums", List.of(image, FLOATS, FLOATS, image), NormKernels::slopeSums),
        define(
            bare,
            "image_gradient",
            List.of(image, FLOATS, FLOATS, FLOATS, image, FLOATS, FLOATS),
            NormKernels::imageGradient));
  }

  /**
   * Image; centre and reciprocal deviation, [n, 1, channels]; scale and bias, as {@link Affine} has
   * them; shift, [n, channels], if there is one; bits like the image, if there is dropout.
   */
  static List<Argument> arguments(Kind kind) {
    List<Argument> arguments = new ArrayList<>();
    arguments.add(new Argument(kind.type(), Shape.unknown()));
    arguments.addAll(Collections.nCopies(kind.shifted() ? 5 : 4, FLOATS));
    if (kind.rate() != null) {
      arguments.add(INTS);
    }
    return arguments;
  }

  static <E> List<E> and(List<E> arguments, E last) {
    List<E> all = new ArrayList<>(arguments);
    all.add(last);
    return all;
  }

  private static GraphFunction define(
      Kind kind,
      String part,
      List<Argument> arguments,
      BiFunction<Ops, Inputs, List<Operand<?>>> body) {
    return GraphFunction.define(
        kind.name(part), arguments, (tf, in) -> body.apply(tf, new Inputs(kind, in)));
  }

  private static List<Operand<?>> squares(Ops tf, Inputs in) {
    return List.of(
        in.partlySummed(tf, tf.math.squaredDifference(in.get(tf, IMAGE), in.get(tf, CENTRE))));
  }

  private static List<Operand<?>> value(Ops tf, Inputs in) {
    return List.of(in.narrow(tf, in.masked(tf, Swish.swish(tf, in.scaled(tf)))));
  }

  private static List<Operand<?>> slope(Ops tf, Inputs in) {
    Expr<TFloat32> v = in.scaled(tf);
    Expr<TFloat32> sigmoid = Expr.of(tf, tf.math.sigmoid(v));
    Expr<TFloat32> derivative = sigmoid.times(v.times(sigmoid.oneMinus()).plus(1));
    return List.of(in.narrow(tf, in.masked(tf, in.last(tf)).times(derivative)));
  }

  private static List<Operand<?>> slopeSums(Ops tf, Inputs in) {
    Expr<TFloat32> dv = in.last(tf);
    return List.of(in.partlySummed(tf, dv), in.partlySummed(tf, dv.times(in.normal(tf))));
  }

  private static List<Operand<?>> imageGradient(Ops tf, Inputs in) {
    Expr<TFloat32> dv = in.get(tf, SCALE + 1);
    Expr<TFloat32> mean = in.get(tf, SCALE + 2);
    Expr<TFloat32> meanWithNormal = in.get(tf, SCALE + 3);
    Expr<TFloat32> along = mean.plus(in.normal(tf).times(meanWithNormal));
    Expr<TFloat32> across = in.get(tf, SCALE).times(dv);
    return List.of(in.narrow(tf, in.get(tf, RECIPROCAL_DEVIATION).times(across.minus(along))));
  }

  /** A function's arguments, all but the bits as float32. */
  private record Inputs(Kind kind, List<Operand<?>> all) {
    Expr<TFloat32> get(Ops tf, int index) {
      Operand<?> input = all.get(index);
      return Expr.of(
          tf,
          input.type().equals(kind.type())
              ? Cast.to(tf, typed(index, kind.type()), TFloat32.class)
              : typed(index, TFloat32.class));
    }

    Expr<TFloat32> last(Ops tf) {
      return get(tf, all.size() - 1);
    }

    /** u = (image - centre) / deviation. */
    Expr<TFloat32> normal(Ops tf) {
      return get(tf, IMAGE).minus(get(tf, CENTRE)).times(get(tf, RECIPROCAL_DEVIATION));
    }

    /** v = scale u + bias. */
    Expr<TFloat32> scaled(Ops tf) {
      return normal(tf).times(get(tf, SCALE)).plus(get(tf, BIAS));
    }

    /** x times the gain where it is kept, else 0. */
    Expr<TFloat32> masked(Ops tf, Operand<TFloat32> x) {
      Dropout.Rate rate = kind.rate();
      if (rate == null) {
        return Expr.of(tf, x);
      }
      int bits = BIAS + (kind.shifted() ? 2 : 1);
      return Expr.of(
          tf,
          tf.select(
              tf.math.greaterEqual(typed(bits, TInt32.class), tf.constant(rate.threshold())),
              Expr.of(tf, x).times(tf.constant(rate.gain())),
              tf.constant(0f)));
    }

    Operand<? extends TFloating> narrow(Ops tf, Operand<TFloat32> x) {
      return Cast.to(tf, x, kind.type());
    }

    /** [n, positions, channels] to [n, positions / parts, channels], one after the other. */
    Operand<TFloat32> partlySummed(Ops tf, Operand<TFloat32> x) {
      long channels = kind.norm().channels();
      long rest = kind.positions() / kind.parts();
      Operand<TFloat32> apart =
          tf.reshape(x, tf.constant(new long[] {-1, kind.parts(), rest, channels}));
      Operand<TFloat32> sum = null;
      for (Output<TFloat32> part : tf.split(tf.constant(1), apart, (long) kind.parts()).output()) {
        sum = sum == null ? part : tf.math.add(sum, part);
      }
      return tf.reshape(Objects.requireNonNull(sum), tf.constant(new long[] {-1, rest, channels}));
    }

    private <T extends TType> Operand<T> typed(int index, Class<T> type) {
      return all.get(index).asOutput().expect(type);
    }
  }
}
