package org.couplet.network;

import java.util.List;
import org.couplet.graph.Initializer;
import org.couplet.graph.Weight;
import org.couplet.graph.Weights;
import org.couplet.layer.Activation;
import org.couplet.layer.GroupNorm;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** A group normalisation with its scale and bias. */
record Norm(String name, int channels) implements Layer {
  @Override
  public List<Weight> weights() {
    return List.of(
        new Weight(name + "/weight", Shape.of(channels), new Initializer.Constant(1)),
        new Weight(name + "/bias", Shape.of(channels), new Initializer.Constant(0)));
  }

  /** Normalises x [n, h, w, channels], plus a shift [n, channels] where there is one. */
  <T extends TFloating> Operand<T> apply(
      Ops tf, Weights weights, Operand<T> x, @Nullable Operand<T> shift) {
    return GroupNorm.of(channels).apply(tf, x, shift, scale(weights), bias(weights));
  }

  /** The same and then SiLU and, at a block's site, dropout. */
  <T extends TFloating> Operand<T> activated(
      Ops tf,
      Weights weights,
      Operand<T> x,
      @Nullable Operand<T> shift,
      Activation activation,
      double dropout,
      int site) {
    return activation.apply(
        tf, GroupNorm.of(channels), x, shift, scale(weights), bias(weights), dropout, site);
  }

  /** Normalisation and SiLU only. */
  <T extends TFloating> Operand<T> activated(
      Ops tf, Weights weights, Operand<T> x, Activation activation) {
    return activated(tf, weights, x, null, activation, 0, 0);
  }

  private Operand<TFloat32> scale(Weights weights) {
    return weights.get(name + "/weight");
  }

  private Operand<TFloat32> bias(Weights weights) {
    return weights.get(name + "/bias");
  }
}
