package org.couplet.network;

import java.util.List;
import org.couplet.graph.Initializer;
import org.couplet.graph.Weight;
import org.couplet.graph.Weights;
import org.couplet.layer.Activation;
import org.couplet.layer.Affine;
import org.couplet.layer.GroupNorm;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/** A group normalisation with its scale and bias. */
record Norm(String name, int channels, double epsilon) implements Layer {
  @Override
  public List<Weight> weights() {
    return List.of(
        new Weight(name + "/weight", Shape.of(channels), new Initializer.Constant(1)),
        new Weight(name + "/bias", Shape.of(channels), new Initializer.Constant(0)));
  }

  /** Normalises x [n, h, w, channels]. */
  <T extends TFloating> Operand<T> apply(Ops tf, Weights weights, Operand<T> x) {
    return normalization().apply(tf, x, null, affine(weights));
  }

  /** The same and then SiLU. */
  <T extends TFloating> Operand<T> activated(
      Ops tf, Weights weights, Operand<T> x, Activation activation) {
    return activation.apply(tf, normalization(), x, null, affine(weights), 0, 0);
  }

  GroupNorm normalization() {
    return GroupNorm.of(channels, epsilon);
  }

  Affine affine(Weights weights) {
    return Affine.shared(weights.get(name + "/weight"), weights.get(name + "/bias"));
  }
}
