package org.couplet.network;

import java.util.ArrayList;
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
 * The noise label and the class as a vector: sinusoids, then two linear layers, each followed by
 * SiLU. A row of weights a class is added to the sinusoids, in ADM to what the linear layers make.
 *
 * @param sinusoids which they are
 * @param channels sinusoids, even, at least 4
 * @param out width of the result
 * @param start of the linear layers
 * @param labelDim number of classes; 0 for none
 */
record NoiseEmbedding(
    Sinusoids sinusoids, int channels, int out, Initialization start, int labelDim)
    implements Layer {
  /** Sines and cosines of the noise label. */
  enum Sinusoids {
    /** Sines first, at frequencies from 1 to 1/10000, both included (DDPM++). */
    DDPMPP,
    /** Sines first, at random frequencies, drawn once (NCSN++). */
    NCSNPP,
    /** Cosines first, at frequencies from 1 to 1/10000, the last not included. */
    ADM
  }

  private static final String LABEL = "map_label/weight";
  private static final String FREQUENCIES = "map_noise/freqs";
  private static final double LONGEST_PERIOD = 10000;
  private static final double FOURIER_SCALE = 16;

  @Override
  public List<Weight> weights() {
    Stream<Weight> drawn =
        switch (sinusoids) {
          case DDPMPP, ADM -> Stream.of();
          case NCSNPP ->
              Stream.of(
                  new Weight(
                      FREQUENCIES,
                      Shape.of(channels / 2),
                      new Initializer.Normal(FOURIER_SCALE),
                      false));
        };
    List<Weight> weights = new ArrayList<>(drawn.toList());
    if (labelDim > 0 && !isAdm()) {
      weights.addAll(label().weights());
    }
    weights.addAll(layer0().weights());
    weights.addAll(layer1().weights());
    if (labelDim > 0 && isAdm()) {
      weights.add(new Weight(LABEL, Shape.of(labelDim, out), new Initializer.Normal(1)));
    }
    return weights;
  }

  /** noise label and labels [n] to [n, out] in a type; the sinusoids need float32. */
  <T extends TFloating> Operand<T> apply(
      Ops tf, Weights weights, Operand<TFloat32> noiseLabel, Labels labels, Class<T> type) {
    int half = channels / 2;
    Operand<TFloat32> radians =
        switch (sinusoids) {
          case DDPMPP -> tf.constant(geometric(half - 1));
          case ADM -> tf.constant(geometric(half));
          case NCSNPP -> tf.math.mul(weights.get(FREQUENCIES), tf.constant((float) (2 * Math.PI)));
        };
    Operand<T> h = Cast.to(tf, Layers.sinusoids(tf, noiseLabel, radians, isAdm()), type);
    if (labelDim > 0 && !isAdm()) {
      // As high as keeps the variance that the weights were initialized for.
      Operand<T> oneHot = labels.oneHot(tf, labelDim, Math.sqrt(labelDim), type);
      h = tf.math.add(h, label().apply(tf, weights, oneHot));
    }
    h = Swish.swish(tf, layer0().apply(tf, weights, h));
    h = layer1().apply(tf, weights, h);
    if (labelDim > 0 && isAdm()) {
      Operand<T> oneHot = labels.oneHot(tf, labelDim, 1, type);
      h = tf.math.add(h, tf.linalg.matMul(oneHot, Cast.to(tf, weights.get(LABEL), type)));
    }
    return Swish.swish(tf, h);
  }

  private boolean isAdm() {
    return sinusoids == Sinusoids.ADM;
  }

  // From 1 down to 1 / 10000 radians per unit of the label in so many steps (Vaswani et al. 2017).
  private float[] geometric(double steps) {
    float[] values = new float[channels / 2];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.pow(LONGEST_PERIOD, -i / steps);
    }
    return values;
  }

  private Dense label() {
    return new Dense("map_label", labelDim, channels, start);
  }

  private Dense layer0() {
    return new Dense("map_layer0", channels, out, start);
  }

  private Dense layer1() {
    return new Dense("map_layer1", out, out, start);
  }
}
