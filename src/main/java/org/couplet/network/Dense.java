package org.couplet.network;

import java.util.List;
import org.couplet.graph.Weight;
import org.couplet.graph.Weights;
import org.couplet.layer.Layers;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/** A linear map with a bias, [n, in] to [n, out]. */
record Dense(String name, int in, int out, Initialization start) implements Layer {
  @Override
  public List<Weight> weights() {
    return List.of(
        new Weight(name + "/weight", Shape.of(in, out), start.weights(in)),
        new Weight(name + "/bias", Shape.of(out), start.biases(in)));
  }

  <T extends TFloating> Operand<T> apply(Ops tf, Weights weights, Operand<T> x) {
    return Layers.linear(tf, x, weights.get(name + "/weight"), weights.get(name + "/bias"));
  }
}
