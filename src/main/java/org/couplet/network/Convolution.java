package org.couplet.network;

import java.util.List;
import org.couplet.graph.Weight;
import org.couplet.graph.Weights;
import org.couplet.layer.Conv2d;
import org.couplet.layer.FirFilter;
import org.couplet.layer.Layers;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** A convolution with a square kernel and a bias. */
record Convolution(String name, int in, int out, int kernel, Initialization start)
    implements Layer {
  @Override
  public List<Weight> weights() {
    int fanIn = kernel * kernel * in;
    return List.of(
        new Weight(name + "/weight", Shape.of(kernel, kernel, in, out), start.weights(fanIn)),
        new Weight(name + "/bias", Shape.of(out), start.biases(fanIn)));
  }

  /** [n, h, w, in] to [n, h, w, out]. */
  <T extends TFloating> Operand<T> apply(Ops tf, Weights weights, Operand<T> x, Conv2d conv2d) {
    return conv2d.apply(tf, x, filter(weights), bias(weights));
  }

  /** {@link #apply} but for the bias. */
  <T extends TFloating> Operand<T> withoutBias(
      Ops tf, Weights weights, Operand<T> x, Conv2d conv2d) {
    return conv2d.apply(tf, x, filter(weights), null);
  }

  /**
   * Convolves, then halves the result, with all zeros put around x before the convolution: [n, h,
   * w, in] to [n, h/2, w/2, out].
   */
  <T extends TFloating> Operand<T> applyAndHalve(
      Ops tf, Weights weights, Operand<T> x, FirFilter fir, Conv2d conv2d) {
    int padding = kernel / 2 + fir.padding();
    Operand<T> wide = conv2d.apply(tf, x, filter(weights), padding);
    return Layers.biasAdd(tf, fir.downUnpadded(tf, wide), bias(weights));
  }

  Operand<TFloat32> filter(Weights weights) {
    return weights.get(name + "/weight");
  }

  Operand<TFloat32> bias(Weights weights) {
    return weights.get(name + "/bias");
  }
}
