package org.couplet.network;

import java.util.List;
import org.couplet.graph.Weight;
import org.couplet.graph.Weights;
import org.couplet.layer.Dropout;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/** The free-form function F of a consistency model, described once and applied to any weights. */
public sealed interface Network permits UNet, Mlp {
  /** All weights, in the order of the checkpoint. */
  List<Weight> weights();

  /**
   * Applies the network. It works in x's type, float32 or bfloat16: that of its convolutions,
   * matrix products and activations. Weights, moments and sinusoids are float32.
   *
   * @param weights a value for each of {@link #weights}
   * @param x [n, ...] as the network wants it; n may be unknown
   * @param noiseLabel [n]
   * @param labels the rows' classes, if the network has some
   * @param dropout masks to use; with masks, n must be static
   * @param execution how the same values are computed
   * @return of x's shape and type
   */
  <T extends TFloating> Operand<T> apply(
      Ops tf,
      Weights weights,
      Operand<T> x,
      Operand<TFloat32> noiseLabel,
      Labels labels,
      Dropout dropout,
      Execution execution);

  /** How many classes it is told about by {@link Labels}; 0 for none. */
  int labelDim();

  /** Number of trainable values. */
  default long parameters() {
    return weights().stream()
        .filter(Weight::trainable)
        .mapToLong(weight -> weight.shape().size())
        .sum();
  }
}
