package org.couplet.assembly;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.couplet.consistency.ConsistencyFunction;
import org.couplet.consistency.ConsistencyLoss;
import org.couplet.consistency.Coupling;
import org.couplet.consistency.DenoisingLoss;
import org.couplet.consistency.ProbabilityFlow;
import org.couplet.contract.Contract;
import org.couplet.contract.Signature;
import org.couplet.graph.Randomness;
import org.couplet.graph.Slices;
import org.couplet.graph.Weights;
import org.couplet.layer.Dropout;
import org.couplet.model.Model;
import org.couplet.network.Labels;
import org.couplet.savedmodel.Signatures;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
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
    add(Signature.NOISE_TABLE, inputs, Labels.none(), Map.of(Contract.NOISE, noise));
    add(
        Signature.RANGE,
        Map.of(),
        Labels.none(),
        Map.of(
            Contract.SIGMA_MIN,
            tf.constant((float) model.range().sigmaMin()),
            Contract.SIGMA_MAX,
            tf.constant((float) model.range().sigmaMax()),
            Contract.RHO,
            tf.constant((float) model.range().rho())));
    if (hasClasses()) {
      addClasses();
    }
  }

  private void addClasses() {
    List<Model.ClassShare> classes = model.classes();
    String[] names = new String[classes.size()];
    float[] shares = new float[classes.size()];
    float[] sums = new float[classes.size()];
    double sum = 0;
    for (int i = 0; i < names.length; i++) {
      names[i] = classes.get(i).name();
      shares[i] = (float) classes.get(i).share();
      sum += classes.get(i).share();
      sums[i] = (float) sum;
    }
    add(
        Signature.CLASSES,
        Map.of(),
        Labels.none(),
        Map.of(
            Contract.CLASS_NAMES, tf.constant(StandardCharsets.UTF_8, names),
            Contract.CLASS_SHARES, tf.constant(shares)));
    Map<String, Operand<TInt64>> inputs = new LinkedHashMap<>();
    for (String name : new String[] {Contract.SEED, Contract.FIRST, Contract.COUNT}) {
      inputs.put(name, placeholder(Signature.LABEL_TABLE, name, TInt64.class, Shape.scalar()));
    }
    Operand<TFloat32> draws =
        new Randomness(input(inputs, Contract.SEED), tf.constant(0L))
            .uniformRows(
                tf,
                Randomness.Purpose.LABELS,
                input(inputs, Contract.FIRST),
                input(inputs, Contract.COUNT));
    add(
        Signature.LABEL_TABLE,
        inputs,
        Labels.none(),
        Map.of(Contract.LABELS, classAt(sums, draws)));
  }

  // The class whose interval a draw in (0, 1) falls into.
  private Operand<TInt32> classAt(float[] sums, Operand<TFloat32> draws) {
    Operand<TInt32> classes =
        tf.upperBound(tf.constant(new float[][] {sums}), tf.expandDims(draws, tf.constant(0)));
    return tf.reshape(classes, tf.constant(new int[] {-1}));
  }

  private boolean hasClasses() {
    return !model.classes().isEmpty();
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
      if (model.knowsNoClass()) {
        addGuided(named.apply(Signature.EULER_GUIDED), ProbabilityFlow.Solver.EULER, weights);
        addGuided(named.apply(Signature.HEUN_GUIDED), ProbabilityFlow.Solver.HEUN, weights);
      }
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
      Map<String, Operand<?>> inputs = Map.of(Contract.POINTS, rows, Contract.SIGMA, sigma);
      Labels labels = labels(Signature.SERVING_DENOISER);
      add(
          Signature.SERVING_DENOISER,
          inputs,
          labels,
          Map.of(Contract.X_HAT, function.apply(tf, weights, rows, sigma, labels, Dropout.none())));
    } else {
      Operand<TFloat32> rows = points(Signature.SERVING_DEFAULT, Contract.NOISE);
      Map<String, Operand<?>> inputs = Map.of(Contract.NOISE, rows);
      Labels labels = labels(Signature.SERVING_DEFAULT);
      add(
          Signature.SERVING_DEFAULT,
          inputs,
          labels,
          generate(weights, rows, tf.constant((float) model.range().sigmaMax()), labels));
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
    Map<String, Operand<?>> inputs =
        Map.of(Contract.SEED, seed, Contract.COUNT, count, Contract.SIGMAS, sigmas);
    Labels labels = labels(Signature.SAMPLE);
    SampleLoop loop = new SampleLoop(model, function);
    add(
        Signature.SAMPLE,
        inputs,
        labels,
        withImages(Contract.X_HAT, loop.run(tf, weights, seed, count, sigmas, labels)));
  }

  private void addSolver(Signature signature, ProbabilityFlow.Solver solver, Weights weights) {
    addSolver(signature, solver, ConsistencyLoss.generator(tf, function, weights), Map.of());
  }

  private void addGuided(Signature signature, ProbabilityFlow.Solver solver, Weights weights) {
    Operand<TFloat32> guidance =
        placeholder(signature, Contract.GUIDANCE, TFloat32.class, Shape.scalar());
    Coupling.Generator guided =
        ProbabilityFlow.guided(tf, ConsistencyLoss.generator(tf, function, weights), guidance);
    addSolver(signature, solver, guided, Map.of(Contract.GUIDANCE, guidance));
  }

  private void addSolver(
      Signature signature,
      ProbabilityFlow.Solver solver,
      Coupling.Generator denoiser,
      Map<String, Operand<?>> further) {
    Operand<TFloat32> points = points(signature, Contract.POINTS);
    Operand<TFloat32> sigma = levels(signature, Contract.SIGMA);
    Operand<TFloat32> next = levels(signature, Contract.NEXT);
    Map<String, Operand<?>> inputs = new LinkedHashMap<>(further);
    inputs.putAll(Map.of(Contract.POINTS, points, Contract.SIGMA, sigma, Contract.NEXT, next));
    Labels labels = labels(signature);
    add(
        signature,
        inputs,
        labels,
        withImages(Contract.POINTS, solver.step(tf, denoiser, points, sigma, next, labels)));
  }

  private void addGenerateAndRefine(Weights weights, UnaryOperator<Signature> named) {
    Signature generate = named.apply(Signature.GENERATE);
    Operand<TFloat32> noise = points(generate, Contract.NOISE);
    Operand<TFloat32> sigma = levelOrLevels(generate);
    Map<String, Operand<?>> first = Map.of(Contract.NOISE, noise, Contract.SIGMA, sigma);
    Labels labels = labels(generate);
    add(generate, first, labels, generate(weights, noise, sigma, labels));
    Signature refine = named.apply(Signature.REFINE);
    Operand<TFloat32> before = points(refine, Contract.X_HAT);
    Operand<TFloat32> freshNoise = points(refine, Contract.NOISE);
    Operand<TFloat32> level = levelOrLevels(refine);
    Operand<TFloat32> sigmas = everyRow(level, freshNoise);
    Operand<TFloat32> point =
        function.process().renoise(tf, before, freshNoise, sigmas, model.range().sigmaMin());
    Map<String, Operand<?>> further =
        Map.of(Contract.X_HAT, before, Contract.NOISE, freshNoise, Contract.SIGMA, level);
    Labels again = labels(refine);
    add(refine, further, again, estimates(weights, point, sigmas, again));
  }

  private Map<String, Operand<?>> generate(
      Weights weights, Operand<TFloat32> noise, Operand<TFloat32> sigma, Labels labels) {
    Operand<TFloat32> sigmas = everyRow(sigma, noise);
    return estimates(weights, function.process().start(tf, noise, sigmas), sigmas, labels);
  }

  private Map<String, Operand<?>> estimates(
      Weights weights, Operand<TFloat32> point, Operand<TFloat32> sigmas, Labels labels) {
    return withImages(
        Contract.X_HAT, function.apply(tf, weights, point, sigmas, labels, Dropout.none()));
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
      Labels labels,
      Map<String, ? extends Operand<?>> outputs) {
    Map<String, Operand<?>> all = new LinkedHashMap<>(inputs);
    labels.operands().forEach(each -> all.put(Contract.LABELS, each));
    Map<String, Operand<?>> named = new LinkedHashMap<>();
    // Sorted, so that the same program has its nodes in the same order.
    new TreeMap<>(outputs)
        .forEach(
            (name, output) ->
                named.put(name, tf.withName(signature.name() + "_" + name).identity(output)));
    signatures.add(signature, all, named);
  }

  private Labels labels(Signature signature) {
    return hasClasses()
        ? Labels.of(placeholder(signature, Contract.LABELS, TInt32.class, Shape.of(-1)))
        : Labels.none();
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
