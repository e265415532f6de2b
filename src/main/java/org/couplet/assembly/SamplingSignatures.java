package org.couplet.assembly;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.couplet.consistency.ConsistencyFunction;
import org.couplet.consistency.ConsistencyLoss;
import org.couplet.consistency.DenoisingLoss;
import org.couplet.consistency.ProbabilityFlow;
import org.couplet.contract.Contract;
import org.couplet.contract.Signature;
import org.couplet.graph.Randomness;
import org.couplet.graph.Slices;
import org.couplet.graph.Weights;
import org.couplet.layer.Dropout;
import org.couplet.savedmodel.Signatures;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/**
 * Adds to a graph what makes samples; the number of rows stays open.
 *
 * @param model whose samples are made
 * @param function that makes them, of the model; plain, a run and its export make the same ones
 *     everywhere, whatever the precision of training
 * @param png whether images also come out as PNG files
 */
record SamplingSignatures(
    Ops tf, Model model, ConsistencyFunction function, boolean png, Signatures signatures) {
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
        model
            .objective()
            .noise()
            .rows(
                tf,
                randomness,
                input(inputs, Contract.FIRST),
                input(inputs, Contract.COUNT),
                model.element());
    signatures.add(Signature.NOISE_TABLE, inputs, Map.of(Contract.NOISE, noise));
    signatures.add(
        Signature.RANGE,
        Map.of(),
        Map.of(
            Contract.SIGMA_MIN,
            tf.constant((float) model.range().sigmaMin()),
            Contract.SIGMA_MAX,
            tf.constant((float) model.range().sigmaMax()),
            Contract.RHO,
            tf.constant((float) model.range().rho())));
  }

  /**
   * The signatures that sample with some weights.
   *
   * @param named gives each its name for these weights
   */
  void addFor(Weights weights, UnaryOperator<Signature> named) {
    if (model.objective() instanceof DenoisingLoss) {
      addSolver(named.apply(Signature.EULER), ProbabilityFlow.Solver.EULER, weights);
      addSolver(named.apply(Signature.HEUN), ProbabilityFlow.Solver.HEUN, weights);
    } else {
      addGenerateAndRefine(weights, named);
    }
  }

  /**
   * What a server offers when nothing else is asked for: one call at sigma_max, or the denoiser.
   */
  void addServingDefault(Weights weights) {
    Operand<TFloat32> rows = placeholder(TFloat32.class, rows());
    if (model.objective() instanceof DenoisingLoss) {
      Operand<TFloat32> sigma = placeholder(TFloat32.class, Shape.of(-1));
      signatures.add(
          Signature.SERVING_DENOISER,
          Map.of(Contract.POINTS, rows, Contract.SIGMA, sigma),
          Map.of(Contract.X_HAT, function.apply(tf, weights, rows, sigma, Dropout.none())));
    } else {
      signatures.add(
          Signature.SERVING_DEFAULT,
          Map.of(Contract.NOISE, rows),
          generate(weights, rows, tf.constant((float) model.range().sigmaMax())));
    }
  }

  /** Whole samples in one call, of a seed and levels. */
  void addSample(Weights weights) {
    Operand<TInt64> seed = placeholder(TInt64.class, Shape.scalar());
    Operand<TInt64> count = placeholder(TInt64.class, Shape.scalar());
    Operand<TFloat32> sigmas = placeholder(TFloat32.class, Shape.of(-1));
    signatures.add(
        Signature.SAMPLE,
        Map.of(Contract.SEED, seed, Contract.COUNT, count, Contract.SIGMAS, sigmas),
        withImages(
            Contract.X_HAT, new SampleLoop(model, function).run(tf, weights, seed, count, sigmas)));
  }

  private void addSolver(Signature signature, ProbabilityFlow.Solver solver, Weights weights) {
    Operand<TFloat32> points = placeholder(TFloat32.class, rows());
    Operand<TFloat32> sigma = placeholder(TFloat32.class, Shape.of(-1));
    Operand<TFloat32> next = placeholder(TFloat32.class, Shape.of(-1));
    Operand<TFloat32> reached =
        solver.step(tf, ConsistencyLoss.generator(tf, function, weights), points, sigma, next);
    signatures.add(
        signature,
        Map.of(Contract.POINTS, points, Contract.SIGMA, sigma, Contract.NEXT, next),
        withImages(Contract.POINTS, reached));
  }

  private void addGenerateAndRefine(Weights weights, UnaryOperator<Signature> named) {
    Operand<TFloat32> noise = placeholder(TFloat32.class, rows());
    Operand<TFloat32> sigma = placeholder(TFloat32.class, Shape.unknown());
    signatures.add(
        named.apply(Signature.GENERATE),
        Map.of(Contract.NOISE, noise, Contract.SIGMA, sigma),
        generate(weights, noise, sigma));
    Operand<TFloat32> before = placeholder(TFloat32.class, rows());
    Operand<TFloat32> freshNoise = placeholder(TFloat32.class, rows());
    Operand<TFloat32> level = placeholder(TFloat32.class, Shape.unknown());
    Operand<TFloat32> sigmas = everyRow(level, freshNoise);
    Operand<TFloat32> point =
        function.process().renoise(tf, before, freshNoise, sigmas, model.range().sigmaMin());
    signatures.add(
        named.apply(Signature.REFINE),
        Map.of(Contract.X_HAT, before, Contract.NOISE, freshNoise, Contract.SIGMA, level),
        estimates(weights, point, sigmas));
  }

  private Map<String, Operand<?>> generate(
      Weights weights, Operand<TFloat32> noise, Operand<TFloat32> sigma) {
    Operand<TFloat32> sigmas = everyRow(sigma, noise);
    return estimates(weights, function.process().start(tf, noise, sigmas), sigmas);
  }

  private Map<String, Operand<?>> estimates(
      Weights weights, Operand<TFloat32> point, Operand<TFloat32> sigmas) {
    return withImages(Contract.X_HAT, function.apply(tf, weights, point, sigmas, Dropout.none()));
  }

  private Map<String, Operand<?>> withImages(String name, Operand<TFloat32> values) {
    Map<String, Operand<?>> outputs = new LinkedHashMap<>();
    outputs.put(name, values);
    if (model.isImages()) {
      Operand<TUint8> images = Pixels.fromModel(tf, values);
      outputs.put(Contract.IMAGES, images);
      if (png) {
        outputs.put(Contract.IMAGES_PNG, tf.image.encodePng(images));
      }
    }
    return outputs;
  }

  // A level for all rows, or one of each.
  private Operand<TFloat32> everyRow(Operand<TFloat32> sigma, Operand<TFloat32> x) {
    return tf.ensureShape(tf.broadcastTo(sigma, Slices.size(tf, x, 0)), Shape.of(-1));
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
