package org.couplet.assembly;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.couplet.graph.Dropout;
import org.couplet.graph.Randomness;
import org.couplet.graph.Weights;
import org.couplet.program.Contract;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

/** Adds to a graph what makes samples; the number of rows stays open. */
record SamplingSignatures(Ops tf, Model model, double sigmaMax, Signatures signatures) {
  /** Noise and the range of levels: what does not depend on weights. */
  void addCommon() {
    Map<String, Operand<TInt64>> inputs = new LinkedHashMap<>();
    for (String name :
        new String[] {Contract.SEED, Contract.DRAW, Contract.FIRST, Contract.COUNT}) {
      inputs.put(name, placeholder(TInt64.class, Shape.scalar()));
    }
    Randomness randomness =
        new Randomness(input(inputs, Contract.SEED), input(inputs, Contract.DRAW));
    Operand<TFloat32> noise =
        randomness.normalRows(
            tf,
            Randomness.Purpose.SAMPLES,
            input(inputs, Contract.FIRST),
            input(inputs, Contract.COUNT),
            model.element());
    signatures.add(Contract.NOISE_TABLE, inputs, Map.of(Contract.NOISE, noise));
    signatures.add(
        Contract.RANGE,
        Map.of(),
        Map.of(
            Contract.SIGMA_MIN,
            tf.constant((float) model.function().sigmaMin()),
            Contract.SIGMA_MAX,
            tf.constant((float) sigmaMax)));
  }

  /** The signatures that sample with {@code weights}, their names ending in {@code suffix}. */
  void addFor(Weights weights, String suffix) {
    Operand<TFloat32> noise = placeholder(TFloat32.class, rows());
    Operand<TFloat32> sigma = placeholder(TFloat32.class, Shape.scalar());
    signatures.add(
        Contract.GENERATE + suffix,
        Map.of(Contract.NOISE, noise, Contract.SIGMA, sigma),
        generate(weights, noise, sigma));
    Operand<TFloat32> before = placeholder(TFloat32.class, rows());
    Operand<TFloat32> freshNoise = placeholder(TFloat32.class, rows());
    Operand<TFloat32> level = placeholder(TFloat32.class, Shape.scalar());
    Operand<TFloat32> sigmas = everyRow(level, freshNoise);
    Operand<TFloat32> point =
        model.loss().process().renoise(tf, before, freshNoise, sigmas, model.function().sigmaMin());
    signatures.add(
        Contract.REFINE + suffix,
        Map.of(Contract.X_HAT, before, Contract.NOISE, freshNoise, Contract.SIGMA, level),
        estimates(weights, point, sigmas));
  }

  /** One call at sigma_max: what a server offers when nothing else is asked for. */
  void addServingDefault(Weights weights) {
    Operand<TFloat32> noise = placeholder(TFloat32.class, rows());
    signatures.add(
        Contract.SERVING_DEFAULT,
        Map.of(Contract.NOISE, noise),
        generate(weights, noise, tf.constant((float) sigmaMax)));
  }

  private Map<String, Operand<?>> generate(
      Weights weights, Operand<TFloat32> noise, Operand<TFloat32> sigma) {
    Operand<TFloat32> sigmas = everyRow(sigma, noise);
    return estimates(weights, model.loss().process().start(tf, noise, sigmas), sigmas);
  }

  private Map<String, Operand<?>> estimates(
      Weights weights, Operand<TFloat32> point, Operand<TFloat32> sigmas) {
    Operand<TFloat32> estimate = model.function().apply(tf, weights, point, sigmas, Dropout.none());
    Map<String, Operand<?>> outputs = new LinkedHashMap<>();
    outputs.put(Contract.X_HAT, estimate);
    if (model.isImages()) {
      outputs.put(Contract.IMAGES, Pixels.fromModel(tf, estimate));
    }
    return outputs;
  }

  private Operand<TFloat32> everyRow(Operand<TFloat32> sigma, Operand<TFloat32> x) {
    Operand<TInt32> count =
        tf.slice(tf.shape(x), tf.constant(new int[] {0}), tf.constant(new int[] {1}));
    return tf.fill(count, sigma);
  }

  private Shape rows() {
    return Shape.of(-1).append(model.element());
  }

  private <T extends TType> Operand<T> placeholder(Class<T> type, Shape shape) {
    return tf.placeholder(type, Placeholder.shape(shape));
  }

  private static Operand<TInt64> input(Map<String, Operand<TInt64>> inputs, String name) {
    return Objects.requireNonNull(inputs.get(name));
  }
}
