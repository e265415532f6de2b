package org.couplet.network;

import java.util.List;
import java.util.stream.Stream;
import org.couplet.graph.Cast;
import org.couplet.graph.Initializer;
import org.couplet.graph.Weight;
import org.couplet.graph.Weights;
import org.couplet.layer.Layers;
import org.tensorflow.Operand;
import org.tensorflow.framework.activations.Swish;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * The noise label and the class as a vector: sinusoids and a row of weights a class, their sum
 * through two linear layers, each followed by SiLU.
 *
 * @param frequencies where the sinusoids' frequencies come from
 * @param channels sinusoids, even, at least 4
 * @param out width of the result
 * @param labelDim number of classes; 0 for none
 */
record NoiseEmbedding(SongUNet.Embedding frequencies, int channels, int out, int labelDim)
    implements Layer {
  private static final String FREQUENCIES = "map_noise/freqs";
  private static final double LONGEST_PERIOD = 10000;
  private static final double FOURIER_SCALE = 16;

  @Override
  public List<Weight> weights() {
    Stream<Weight> drawn =
        switch (frequencies) {
          case POSITIONAL -> Stream.of();
          case FOURIER ->
              Stream.of(
                  new Weight(
                      FREQUENCIES,
                      Shape.of(channels / 2),
                      new Initializer.Normal(FOURIER_SCALE),
                      false));
        };
    Stream<Dense> dense =
        labelDim == 0 ? Stream.of(layer0(), layer1()) : Stream.of(label(), layer0(), layer1());
    return Stream.concat(drawn, dense.flatMap(part -> part.weights().stream())).toList();
  }

  /** noise label and labels [n] to [n, out] in a type; the sinusoids need float32. */
  <T extends TFloating> Operand<T> apply(
      Ops tf, Weights weights, Operand<TFloat32> noiseLabel, Labels labels, Class<T> type) {
    Operand<TFloat32> radians =
        switch (frequencies) {
          case POSITIONAL -> tf.constant(geometric());
          case FOURIER -> tf.math.mul(weights.get(FREQUENCIES), tf.constant((float) (2 * Math.PI)));
        };
    Operand<T> h = Cast.to(tf, Layers.sinusoids(tf, noiseLabel, radians), type);
    if (labelDim > 0) {
      // As high as keeps the variance that the weights were initialized for.
      Operand<T> oneHot = labels.oneHot(tf, labelDim, Math.sqrt(labelDim), type);
      h = tf.math.add(h, label().apply(tf, weights, oneHot));
    }
    h = Swish.swish(tf, layer0().apply(tf, weights, h));
    return Swish.swish(tf, layer1().apply(tf, weights, h));
  }

  // From 1 down to 1 / 10000 radians per unit of the label (Vaswani et al. 2017).
  private float[] geometric() {
    int count = channels / 2;
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) Math.pow(LONGEST_PERIOD, -i / (count - 1.0));
    }
    return values;
  }

  private Dense label() {
    return new Dense("map_label", labelDim, channels);
  }

  private Dense layer0() {
    return new Dense("map_layer0", channels, out);
  }

  private Dense layer1() {
    return new Dense("map_layer1", out, out);
  }
}
