package org.couplet.network;

import java.util.ArrayList;
import java.util.List;
import org.couplet.graph.GraphFunction;
import org.couplet.graph.Rematerialized;
import org.couplet.graph.Weight;
import org.couplet.graph.Weights;
import org.couplet.layer.Activation;
import org.couplet.layer.Affine;
import org.couplet.layer.Conv2d;
import org.couplet.layer.Dropout;
import org.couplet.layer.Layers;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * The UNet's block: two convolutions, each after normalisation and SiLU, the noise embedding put
 * between them, a skip connection, and attention where wanted.
 *
 * @param name path of its weights
 * @param style what differs between networks
 * @param in channels of the input
 * @param out channels of the output
 * @param embedding width of the noise embedding
 * @param resampling applied before the first convolution and on the skip connection
 * @param attention whether self-attention follows
 * @param dropout probability
 * @param site of the dropout mask
 */
record ResidualBlock(
    String name,
    BlockStyle style,
    int in,
    int out,
    int embedding,
    Resampling resampling,
    boolean attention,
    double dropout,
    int site)
    implements Layer {
  @Override
  public List<Weight> weights() {
    List<Layer> layers =
        new ArrayList<>(List.of(norm0(), convolution0(), affine(), norm1(), convolution1()));
    if (hasSkipConvolution()) {
      layers.add(skip());
    }
    if (attention) {
      layers.add(selfAttention());
    }
    return layers.stream().flatMap(part -> part.weights().stream()).toList();
  }

  /** What the blocks of one pass through the network share. */
  record Pass(Activation activation, Conv2d conv2d, Dropout dropout, Execution execution) {
    static Pass of(Dropout dropout, Execution execution) {
      return new Pass(
          new Activation(dropout, execution.fused()),
          new Conv2d(execution.convolutions()),
          dropout,
          execution);
    }
  }

  /** x [n, h, w, in] and the embedding [n, embedding] to [n, h', w', out]. */
  <T extends TFloating> Operand<T> apply(
      Ops tf, Weights weights, Operand<T> x, Operand<T> noise, Pass pass) {
    return pass.execution().remat()
        ? recomputed(tf, weights, x, noise, pass)
        : computed(tf, weights, x, noise, pass);
  }

  private <T extends TFloating> Operand<T> recomputed(
      Ops tf, Weights weights, Operand<T> x, Operand<T> noise, Pass pass) {
    List<Weight> own = weights();
    int end = 2 + own.size();
    List<Operand<?>> inputs = new ArrayList<>(List.of(x, noise));
    own.forEach(weight -> inputs.add(weights.get(weight.name())));
    inputs.addAll(pass.dropout().operands());
    Class<T> type = x.type();
    Operand<T> y =
        new Rematerialized(name.replace('/', '_'), pass.execution().whole())
            .call(
                tf,
                inputs,
                type,
                (ops, in) -> {
                  Dropout masks = pass.dropout().with(in.subList(end, inputs.size()));
                  return computed(
                      ops,
                      Weights.of(own, GraphFunction.floats(in.subList(2, end))),
                      in.get(0).asOutput().expect(type),
                      in.get(1).asOutput().expect(type),
                      Pass.of(masks, pass.execution()));
                });
    return tf.reshape(y, tf.constant(shape(x.shape())));
  }

  // A function's result has no static shape.
  private long[] shape(Shape x) {
    return switch (resampling.direction()) {
      case KEEP -> new long[] {x.get(0), x.get(1), x.get(2), out};
      case DOWN -> new long[] {x.get(0), x.get(1) / 2, x.get(2) / 2, out};
      case UP -> new long[] {x.get(0), 2 * x.get(1), 2 * x.get(2), out};
    };
  }

  private <T extends TFloating> Operand<T> computed(
      Ops tf, Weights weights, Operand<T> x, Operand<T> noise, Pass pass) {
    Operand<T> h = norm0().activated(tf, weights, x, pass.activation());
    h = resampling.convolved(tf, h, convolution0().filter(weights), pass.conv2d());
    h = conditioned(tf, weights, h, affine().apply(tf, weights, noise), pass);
    h = convolution1().apply(tf, weights, h, pass.conv2d());
    Operand<T> y = style.sum(tf, h, skipped(tf, weights, x, pass.conv2d()));
    return attention ? style.sum(tf, selfAttention().apply(tf, weights, y, pass.conv2d()), y) : y;
  }

  // Normalisation, SiLU and dropout, with the embedding in [n, out], or [n, 2 out] if adaptive. The
  // bias of the convolution before is a shift per image and channel of what is normalised.
  private <T extends TFloating> Operand<T> conditioned(
      Ops tf, Weights weights, Operand<T> h, Operand<T> embedded, Pass pass) {
    Operand<TFloat32> bias = convolution0().bias(weights);
    Affine affine = norm1().affine(weights);
    Operand<T> shift;
    if (style.adaptive()) {
      affine = affine.modulated(tf, embedded);
      Operand<T> half =
          tf.slice(embedded, tf.constant(new int[] {0, 0}), tf.constant(new int[] {-1, out}));
      shift = Layers.biasAdd(tf, tf.zerosLike(half), bias);
    } else {
      shift = Layers.biasAdd(tf, embedded, bias);
    }
    return pass.activation().apply(tf, norm1().normalization(), h, shift, affine, dropout, site);
  }

  private <T extends TFloating> Operand<T> skipped(
      Ops tf, Weights weights, Operand<T> x, Conv2d conv2d) {
    if (!hasSkipConvolution()) {
      return resampling.apply(tf, x);
    }
    if (resampling.direction() == Resampling.Direction.UP) {
      // A convolution of single pixels is cheapest on the smaller image. The bias, which a filter
      // would fade out at the border, comes last.
      Operand<T> up = resampling.apply(tf, skip().withoutBias(tf, weights, x, conv2d));
      return Layers.biasAdd(tf, up, skip().bias(weights));
    }
    return skip().apply(tf, weights, resampling.apply(tf, x), conv2d);
  }

  private boolean hasSkipConvolution() {
    return in != out || (style.projectsResized() && resampling.changesSize());
  }

  private Norm norm0() {
    return new Norm(name + "/norm0", in, style.epsilon());
  }

  private Convolution convolution0() {
    return new Convolution(name + "/conv0", in, out, 3, style.start());
  }

  private Dense affine() {
    return new Dense(name + "/affine", embedding, style.adaptive() ? 2 * out : out, style.start());
  }

  private Norm norm1() {
    return new Norm(name + "/norm1", out, style.epsilon());
  }

  private Convolution convolution1() {
    return new Convolution(name + "/conv1", out, out, 3, style.lastStart());
  }

  private Convolution skip() {
    return new Convolution(name + "/skip", in, out, 1, style.start());
  }

  private SelfAttention selfAttention() {
    return new SelfAttention(name, out, style);
  }
}
