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
      inputs.put(name, placeholder(Signature.NOISE_TABLE, name, TInt64.class, Shape.scalar()));
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
    add(Signature.NOISE_TABLE, inputs, Map.of(Contract.NOISE, noise));
    add(
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
    if (model.objective() instanceof DenoisingLoss) {
      Operand<TFloat32> rows = points(Signature.SERVING_DENOISER, Contract.POINTS);
      Operand<TFloat32> sigma = levels(Signature.SERVING_DENOISER, Contract.SIGMA);
      add(
          Signature.SERVING_DENOISER,
          Map.of(Contract.POINTS, rows, Contract.SIGMA, sigma),
          Map.of(Contract.X_HAT, function.apply(tf, weights, rows, sigma, Dropout.none())));
    } else {
      Operand<TFloat32> rows = points(Signature.SERVING_DEFAULT, Contract.NOISE);
      add(
          Signature.SERVING_DEFAULT,
          Map.of(Contract.NOISE, rows),
          generate(weights, rows, tf.constant((float) model.range().sigmaMax())));
    }
  }

  /** Whole samples in one call, of a seed and levels. */
  void addSample(Weights weights) {
    Operand<TInt64> seed =
        placeholder(Signature.SAMPLE, Contract.SEED, TInt64.class, Shape.scalar());
    Operand<TInt64> count =
        placeholder(Signature.SAMPLE, Contract.COUNT, TInt64.class, Shape.scalar());
    Operand<TFloat32> sigmas =
        placeholder(Signature.SAMPLE, Contract.SIGMAS, TFloat32.class, Shape.of(-1));
    add(
        Signature.SAMPLE,
        Map.of(Contract.SEED, seed, Contract.COUNT, count, Contract.SIGMAS, sigmas),
        withImages(
            Contract.X_HAT, new SampleLoop(model, function).run(tf, weights, seed, count, sigmas)));
  }

  private void addSolver(Signature signature, ProbabilityFlow.Solver solver, Weights weights) {
    Operand<TFloat32> points = points(signature, Contract.POINTS);
    Operand<TFloat32> sigma = levels(signature, Contract.SIGMA);
    Operand<TFloat32> next = levels(signature, Contract.NEXT);
    Operand<TFloat32> reached =
        solver.step(tf, ConsistencyLoss.generator(tf, function, weights), points, sigma, next);
    add(
        signature,
        Map.of(Contract.POINTS, points, Contract.SIGMA, sigma, Contract.NEXT, next),
        withImages(Contract.POINTS, reached));
  }

  private void addGenerateAndRefine(Weights weights, UnaryOperator<Signature> named) {
    Signature generate = named.apply(Signature.GENERATE);
    Operand<TFloat32> noise = points(generate, Contract.NOISE);
    Operand<TFloat32> sigma = levelOrLevels(generate);
    add(
        generate,
        Map.of(Contract.NOISE, noise, Contract.SIGMA, sigma),
        generate(weights, noise, sigma));
    Signature refine = named.apply(Signature.REFINE);
    Operand<TFloat32> before = points(refine, Contract.X_HAT);
    Operand<TFloat32> freshNoise = points(refine, Contract.NOISE);
    Operand<TFloat32> level = levelOrLevels(refine);
    Operand<TFloat32> sigmas = everyRow(level, freshNoise);
    Operand<TFloat32> point =
        function.process().renoise(tf, before, freshNoise, sigmas, model.range().sigmaMin());
    add(
        refine,
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

  // Names that programs can rely on which can't read signatures, as those that use the C API.
  private void add(
      Signature signature,
      Map<String, ? extends Operand<?>> inputs,
      Map<String, ? extends Operand<?>> outputs) {
    Map<String, Operand<?>> named = new LinkedHashMap<>();
    outputs.forEach(
        (name, output) ->
            named.put(name, tf.withName(signature.name() + "_" + name).identity(output)));
    signatures.add(signature, inputs, named);
  }

  private Operand<TFloat32> points(Signature signature, String name) {
    return placeholder(signature, name, TFloat32.class, Shape.of(-1).append(model.element()));
  }

  private Operand<TFloat32> levels(Signature signature, String name) {
    return placeholder(signature, name, TFloat32.class, Shape.of(-1));
  }

  private Operand<TFloat32> levelOrLevels(Signature signature) {
    return placeholder(signature, Contract.SIGMA, TFloat32.class, Shape.unknown());
  }

  private <T extends TType> Operand<T> placeholder(
      Signature signature, String name, Class<T> type, Shape shape) {
    return tf.withName(signature.name() + "_" + name).placeholder(type, Placeholder.shape(shape));
  }

  private static Operand<TInt64> input(Map<String, Operand<TInt64>> inputs, String name) {
    return Objects.requireNonNull(inputs.get(name));
  }
}
