package org.couplet.network;

import java.util.List;
import org.couplet.graph.GroupNorm;
import org.couplet.graph.Initializer;
import org.couplet.graph.Weight;
import org.couplet.graph.Weights;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/** A group normalisation with its scale and bias. */
record Norm(String name, int channels) implements Part {
  @Override
  public List<Weight> weights() {
    return List.of(
        new Weight(name + "/weight", Shape.of(channels), new Initializer.Constant(1)),
        new Weight(name + "/bias", Shape.of(channels), new Initializer.Constant(0)));
  }

  /** Normalises x [n, h, w, channels], plus a shift [n, channels] where there is one. */
  <T extends TFloating> Operand<T> apply(
      Ops tf, Weights weights, Operand<T> x, @Nullable Operand<T> shift) {
    return GroupNorm.of(channels)
        .apply(tf, x, shift, weights.get(name + "/weight"), weights.get(name + "/bias"));
  }
}
