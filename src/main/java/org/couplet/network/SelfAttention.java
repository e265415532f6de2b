package org.couplet.network;

import java.util.List;
import java.util.stream.Stream;
import org.couplet.graph.Weight;
import org.couplet.graph.Weights;
import org.couplet.layer.Conv2d;
import org.couplet.layer.Layers;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** Self-attention over the pixels of an image: the tail of a residual block. */
record SelfAttention(String block, int channels, BlockStyle style) implements Layer {
  @Override
  public List<Weight> weights() {
    return Stream.of(norm(), queryKeyValue(), projection())
        .flatMap(part -> part.weights().stream())
        .toList();
  }

  /** [n, h, w, channels] to the same. */
  <T extends TFloating> Operand<T> apply(Ops tf, Weights weights, Operand<T> x, Conv2d conv2d) {
    long height = x.shape().get(1);
    long width = x.shape().get(2);
    Operand<T> normal = norm().apply(tf, weights, x);
    Operand<T> rows = tf.reshape(normal, tf.constant(new long[] {-1, channels}));
    Operand<T> mixed =
        Layers.linear(
            tf,
            rows,
            sorted(tf, queryKeyValue().filter(weights), channels),
            sorted(tf, queryKeyValue().bias(weights), 1));
    Operand<T> all = tf.reshape(mixed, tf.constant(new long[] {-1, height * width, 3L * channels}));
    List<Output<T>> parts = tf.split(tf.constant(2), all, 3L).output();
    Operand<T> attended =
        Layers.attention(
            tf, heads(tf, parts.get(0)), heads(tf, parts.get(1)), heads(tf, parts.get(2)));
    Operand<T> image =
        tf.reshape(joined(tf, attended), tf.constant(new long[] {-1, height, width, channels}));
    return projection().apply(tf, weights, image, conv2d);
  }

  // [n, positions, channels] to [n, heads, positions, channels / heads]; of one head, as it is.
  private <T extends TFloating> Operand<T> heads(Ops tf, Operand<T> x) {
    long heads = style.heads(channels);
    if (heads == 1) {
      return x;
    }
    long[] apart = {-1, x.shape().get(1), heads, channels / heads};
    return tf.linalg.transpose(
        tf.reshape(x, tf.constant(apart)), tf.constant(new int[] {0, 2, 1, 3}));
  }

  // Back, but for the last reshaping.
  private <T extends TFloating> Operand<T> joined(Ops tf, Operand<T> x) {
    return style.heads(channels) == 1
        ? x
        : tf.linalg.transpose(x, tf.constant(new int[] {0, 2, 1, 3}));
  }

  private Norm norm() {
    return new Norm(block + "/norm2", channels, style.epsilon());
  }

  private Convolution queryKeyValue() {
    return new Convolution(block + "/qkv", channels, 3 * channels, 1, style.attentionStart());
  }

  private Convolution projection() {
    return new Convolution(block + "/proj", channels, channels, 1, style.lastStart());
  }

  // The weights' outputs are q0, k0, v0, q1, ... as in the networks of Karras et al. 2022, head by
  // head. To sort them here is cheaper than to gather the activations: [rows, 3c] or [3c] to q...,
  // k..., v...
  private Operand<TFloat32> sorted(Ops tf, Operand<TFloat32> weight, long rows) {
    Operand<TFloat32> triples = tf.reshape(weight, tf.constant(new long[] {rows, channels, 3}));
    Operand<TFloat32> sorted = tf.linalg.transpose(triples, tf.constant(new int[] {0, 2, 1}));
    long[] shape = rows == 1 ? new long[] {-1} : new long[] {rows, 3L * channels};
    return tf.reshape(sorted, tf.constant(shape));
  }
}
