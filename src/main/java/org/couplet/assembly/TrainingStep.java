package org.couplet.assembly;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.couplet.config.proto.Experiment;
import org.couplet.consistency.BatchTransportCoupling;
import org.couplet.consistency.Coupling;
import org.couplet.consistency.Objective;
import org.couplet.consistency.ScheduledOperands;
import org.couplet.contract.Contract;
import org.couplet.graph.Arguments;
import org.couplet.graph.GraphFunction;
import org.couplet.graph.GraphFunction.Argument;
import org.couplet.graph.Randomness;
import org.couplet.graph.Weight;
import org.couplet.graph.Weights;
import org.couplet.model.Model;
import org.couplet.network.Labels;
import org.couplet.optimizer.GradientNorm;
import org.couplet.optimizer.MovingAverage;
import org.couplet.optimizer.Update;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/**
 * The training step as a pure function: (weights, average, slots, completed steps, batch, numbers)
 * to (weights', average', slots', loss, gradient norm).
 */
final class TrainingStep {
  // Values; smaller weights are updated sooner than a compiled function is called.
  private static final long WORTH_A_CALL = 4096;

  /**
   * What all weights' updates share, scalars.
   *
   * @param learningRate of the optimizer
   * @param number of the update, counted from 1
   * @param emaDecay of the moving average
   * @param finite sum of the loss and the gradient's norm, where a run skips steps in which it is
   *     not finite; else null
   */
  private record Rates(
      Operand<TFloat32> learningRate,
      Operand<TFloat32> number,
      Operand<TFloat32> emaDecay,
      @Nullable Operand<TFloat32> finite) {
    static Rates of(Arguments in, boolean skips) {
      return new Rates(in.next(), in.next(), in.next(), skips ? in.next() : null);
    }

    List<Operand<TFloat32>> toList() {
      List<Operand<TFloat32>> all = new ArrayList<>(List.of(learningRate, number, emaDecay));
      if (finite != null) {
        all.add(finite);
      }
      return all;
    }
  }

  /** One float32 array that a step reads; {@code changes} if it also makes its next value. */
  record State(String name, Shape shape, boolean changes) {}

  private final Model model;
  private final List<Weight> weights;
  private final List<Weight> trainable;
  private final Shape batch;
  private final int workers;
  private final boolean flip;
  private final double labelDropout;
  private final double clipNorm;
  private final int parts;
  private final boolean skips;

  /**
   * @param workers that share a batch; {@code run.batch_size} must be a multiple
   */
  TrainingStep(Model model, Experiment experiment, int workers) {
    this.model = model;
    this.workers = workers;
    this.weights = model.network().weights();
    this.trainable = weights.stream().filter(Weight::trainable).toList();
    this.batch = Shape.of(experiment.getRun().getBatchSize() / workers).append(model.element());
    this.flip = experiment.getDataset().getHorizontalFlip();
    this.labelDropout = experiment.getNetwork().getLabelDropout();
    this.clipNorm = experiment.getOptimizer().getClipNorm();
    this.parts = experiment.getOptimizer().getAccumulate();
    this.skips = experiment.getRun().getSkipNonfinite() > 0;
  }

  /** Everything that a step reads and a checkpoint holds, in the order of the arguments. */
  List<State> states() {
    List<State> states = new ArrayList<>();
    for (Weight weight : weights) {
      states.add(new State(weight.name(), weight.shape(), weight.trainable()));
    }
    for (Weight weight : weights) {
      states.add(
          new State(Contract.EMA_PREFIX + weight.name(), weight.shape(), weight.trainable()));
    }
    if (model.takesScore()) {
      for (Weight weight : weights) {
        states.add(new State(Contract.SCORE_PREFIX + weight.name(), weight.shape(), false));
      }
    }
    for (String slot : model.optimizer().slots()) {
      for (Weight weight : trainable) {
        states.add(new State(slot + "/" + weight.name(), weight.shape(), true));
      }
    }
    return states;
  }

  /** The states that a step changes, in the order of its results. */
  List<State> changingStates() {
    return states().stream().filter(State::changes).toList();
  }

  /** What is fed each step, by its name in the contract. */
  Map<String, Argument> inputs() {
    Map<String, Argument> inputs = new LinkedHashMap<>(dataInputs());
    inputs.put(Contract.SIGMAS, new Argument(TFloat64.class, Shape.of(model.maxLevels())));
    inputs.put(Contract.NUM_LEVELS, new Argument(TInt32.class, Shape.scalar()));
    inputs.put(Contract.MU, new Argument(TFloat32.class, Shape.scalar()));
    inputs.put(Contract.GAP, new Argument(TFloat32.class, Shape.scalar()));
    inputs.put(Contract.LEARNING_RATE, new Argument(TFloat32.class, Shape.scalar()));
    inputs.put(Contract.EMA_DECAY, new Argument(TFloat32.class, Shape.scalar()));
    if (model.takesNoiseAssignment()) {
      inputs.put(Contract.NOISE_ASSIGNMENT, rowOfIntegers());
    }
    if (model.network().labelDim() > 0) {
      inputs.put(Contract.LABELS, rowOfIntegers());
    }
    return inputs;
  }

  /** One for each row. */
  Argument rowOfIntegers() {
    return new Argument(TInt32.class, Shape.of(batch.get(0)));
  }

  /** The batch and the seed that augments and noises it. */
  Map<String, Argument> dataInputs() {
    Map<String, Argument> inputs = new LinkedHashMap<>();
    Class<? extends TType> element = model.isImages() ? TUint8.class : TFloat32.class;
    inputs.put(Contract.BATCH, new Argument(element, batch));
    inputs.put(Contract.SEED, new Argument(TInt64.class, Shape.scalar()));
    if (workers > 1) {
      inputs.put(Contract.FIRST_ROW, new Argument(TInt64.class, Shape.scalar()));
    }
    return inputs;
  }

  /** The function's arguments: states, completed steps, inputs. */
  List<Argument> arguments() {
    List<Argument> arguments = new ArrayList<>();
    for (State state : states()) {
      arguments.add(new Argument(TFloat32.class, state.shape()));
    }
    arguments.add(new Argument(TInt64.class, Shape.scalar()));
    arguments.addAll(inputs().values());
    return arguments;
  }

  /** The function's body; the results are those of {@link #changingStates}, loss and norm. */
  List<Operand<?>> results(Ops tf, List<Operand<?>> arguments) {
    List<Operand<?>> all = new ArrayList<>(arguments);
    all.addAll(gradients(tf, arguments));
    return updates(tf, all);
  }

  /** The first half of the body: loss, and gradients in the order of the trainable weights. */
  List<Operand<?>> gradients(Ops tf, List<Operand<?>> arguments) {
    Given given = given(new Arguments(arguments));
    LossGradient computed =
        LossGradient.of(
            tf,
            model.objective(),
            objectiveStep(tf, given.values(), given.inputs(), given.completed()),
            trainable);
    List<Operand<?>> results = new ArrayList<>(List.of(computed.loss()));
    results.addAll(computed.gradients());
    return results;
  }

  /** Arguments of the second half of the body: those of the whole, and what the first half made. */
  List<Argument> updateArguments() {
    List<Argument> arguments = new ArrayList<>(arguments());
    arguments.add(new Argument(TFloat32.class, Shape.scalar()));
    trainable.forEach(weight -> arguments.add(new Argument(TFloat32.class, weight.shape())));
    return arguments;
  }

  /** The second half of the body; results as of {@link #results}. */
  List<Operand<?>> updates(Ops tf, List<Operand<?>> arguments) {
    Arguments in = new Arguments(arguments);
    Given given = given(in);
    Operand<TFloat32> loss = in.next();
    List<Operand<TFloat32>> gradients = in.rest();
    Operand<TFloat32> norm = GradientNorm.global(tf, gradients);
    if (clipNorm > 0) {
      gradients = GradientNorm.clip(tf, gradients, norm, clipNorm);
    }
    Rates rates =
        new Rates(
            input(given.inputs(), Contract.LEARNING_RATE, TFloat32.class),
            tf.dtypes.cast(tf.math.add(given.completed(), tf.constant(1L)), TFloat32.class),
            input(given.inputs(), Contract.EMA_DECAY, TFloat32.class),
            skips ? tf.math.add(loss, norm) : null);
    Map<String, Operand<TFloat32>> updated = updates(tf, given.values(), gradients, rates);
    List<Operand<?>> results = new ArrayList<>();
    for (State state : changingStates()) {
      results.add(value(updated, state.name()));
    }
    results.add(loss);
    results.add(norm);
    return results;
  }

  // A step's arguments by their names.
  private record Given(
      Map<String, Operand<TFloat32>> values,
      Operand<TInt64> completed,
      Map<String, Operand<?>> inputs) {}

  private Given given(Arguments in) {
    Map<String, Operand<TFloat32>> values = new LinkedHashMap<>();
    states().forEach(state -> values.put(state.name(), in.next()));
    Operand<TInt64> completed = in.next(TInt64.class);
    Map<String, Operand<?>> inputs = new LinkedHashMap<>();
    inputs().forEach((name, argument) -> inputs.put(name, in.next(argument.type())));
    return new Given(values, completed, inputs);
  }

  /**
   * What the objective is given.
   *
   * @param values of every state, by name
   * @param inputs by name, {@link #inputs} or at least {@link #dataInputs}
   */
  Objective.Step objectiveStep(
      Ops tf,
      Map<String, Operand<TFloat32>> values,
      Map<String, Operand<?>> inputs,
      Operand<TInt64> completed) {
    Randomness randomness = randomness(inputs, completed);
    return new Objective.Step(
        weights(values, ""),
        weights(values, Contract.EMA_PREFIX),
        model.takesScore() ? Optional.of(weights(values, Contract.SCORE_PREFIX)) : Optional.empty(),
        data(tf, inputs, randomness),
        labels(tf, inputs, randomness),
        new ScheduledOperands(
            input(inputs, Contract.SIGMAS, TFloat64.class),
            input(inputs, Contract.NUM_LEVELS, TInt32.class),
            input(inputs, Contract.MU, TFloat32.class),
            input(inputs, Contract.GAP, TFloat32.class)),
        model.takesNoiseAssignment()
            ? Optional.of(input(inputs, Contract.NOISE_ASSIGNMENT, TInt32.class))
            : Optional.empty(),
        randomness,
        parts);
  }

  /**
   * Squared distances between the data rows of a step and the noise rows that they choose among,
   * [n, noise rows].
   */
  Operand<TFloat32> pairCosts(Ops tf, Map<String, Operand<?>> inputs, Operand<TInt64> completed) {
    Randomness randomness = randomness(inputs, completed);
    Operand<TFloat32> x = data(tf, inputs, randomness);
    Coupling coupling = model.coupling().orElseThrow();
    return BatchTransportCoupling.costs(
        tf, x, coupling.noise(tf, model.objective().noise(), randomness, x.shape()));
  }

  /**
   * Squared distances between data rows and the noise rows of a step, as if both were mirrored as
   * the step mirrors its rows.
   *
   * @param rows [m, element...], as they are fed
   * @return [m, n]
   */
  Operand<TFloat32> poolCosts(Ops tf, Operand<?> rows, Randomness randomness) {
    Operand<TFloat32> x =
        model.isImages()
            ? Pixels.toModel(tf, rows.asOutput().expect(TUint8.class))
            : rows.asOutput().expect(TFloat32.class);
    Coupling coupling = model.coupling().orElseThrow();
    Operand<TFloat32> z = coupling.noise(tf, model.objective().noise(), randomness, batch);
    return BatchTransportCoupling.costs(tf, x, flip ? Pixels.flip(tf, z, randomness) : z);
  }

  static Randomness randomness(Map<String, Operand<?>> inputs, Operand<TInt64> completed) {
    return new Randomness(
        input(inputs, Contract.SEED, TInt64.class),
        completed,
        inputs.containsKey(Contract.FIRST_ROW)
            ? Optional.of(input(inputs, Contract.FIRST_ROW, TInt64.class))
            : Optional.empty());
  }

  /** The batch as the model sees it, [n, element...]. */
  Operand<TFloat32> data(Ops tf, Map<String, Operand<?>> inputs, Randomness randomness) {
    if (!model.isImages()) {
      return input(inputs, Contract.BATCH, TFloat32.class);
    }
    Operand<TFloat32> images = Pixels.toModel(tf, input(inputs, Contract.BATCH, TUint8.class));
    return flip ? Pixels.flip(tf, images, randomness) : images;
  }

  /** Those that are fed. */
  Labels toldLabels(Map<String, Operand<?>> inputs) {
    return model.network().labelDim() == 0
        ? Labels.none()
        : Labels.of(input(inputs, Contract.LABELS, TInt32.class));
  }

  // With each the chance that its row is trained as one of no class.
  private Labels labels(Ops tf, Map<String, Operand<?>> inputs, Randomness randomness) {
    if (model.network().labelDim() == 0 || labelDropout == 0) {
      return toldLabels(inputs);
    }
    Operand<TFloat32> draws =
        randomness.rowUniforms(tf, Randomness.Purpose.LABELS, 0, Shape.of(batch.get(0)));
    return Labels.of(
        tf.select(
            tf.math.less(draws, tf.constant((float) labelDropout)),
            tf.fill(tf.constant(Shape.of(batch.get(0))), tf.constant(Labels.UNKNOWN)),
            input(inputs, Contract.LABELS, TInt32.class)));
  }

  private Map<String, Operand<TFloat32>> updates(
      Ops tf,
      Map<String, Operand<TFloat32>> values,
      List<Operand<TFloat32>> gradients,
      Rates rates) {
    Map<String, Operand<TFloat32>> updated = new LinkedHashMap<>();
    List<String> slots = model.optimizer().slots();
    GraphFunction.InGraph compiled =
        model.function().execution().fused() ? compiledUpdate(tf) : null;
    for (int i = 0; i < trainable.size(); i++) {
      String name = trainable.get(i).name();
      List<String> names = new ArrayList<>(List.of(name, Contract.EMA_PREFIX + name));
      slots.forEach(slot -> names.add(slot + "/" + name));
      List<Operand<?>> arguments = new ArrayList<>(rates.toList());
      arguments.add(gradients.get(i));
      names.forEach(each -> arguments.add(value(values, each)));
      List<? extends Operand<?>> results =
          compiled != null && trainable.get(i).shape().size() >= WORTH_A_CALL
              ? compiled.call(tf, arguments)
              : update(tf, arguments);
      for (int k = 0; k < names.size(); k++) {
        updated.put(names.get(k), results.get(k).asOutput().expect(TFloat32.class));
      }
    }
    return updated;
  }

  // One function for weights of all shapes: the same operations, in fewer passes.
  private GraphFunction.InGraph compiledUpdate(Ops tf) {
    // Rates, gradient, weight, average, slots.
    int count = (skips ? 4 : 3) + 3 + model.optimizer().slots().size();
    Argument any = new Argument(TFloat32.class, Shape.unknown());
    return GraphFunction.define("update", Collections.nCopies(count, any), this::update)
        .addTo(tf, true);
  }

  // (rates, gradient, weight, average, slots...) to (weight', average', slots'...).
  private List<Operand<?>> update(Ops tf, List<Operand<?>> arguments) {
    Arguments in = new Arguments(arguments);
    Rates rates = Rates.of(in, skips);
    Operand<TFloat32> gradient = in.next();
    Operand<TFloat32> weight = in.next();
    Operand<TFloat32> average = in.next();
    List<Operand<TFloat32>> slots = in.rest();
    Update update =
        model.optimizer().update(tf, weight, gradient, slots, rates.learningRate(), rates.number());
    List<Operand<TFloat32>> results = new ArrayList<>();
    results.add(update.weight());
    results.add(MovingAverage.update(tf, average, update.weight(), rates.emaDecay()));
    results.addAll(update.slots());
    if (rates.finite() == null) {
      return List.copyOf(results);
    }
    List<Operand<TFloat32>> before = new ArrayList<>(List.of(weight, average));
    before.addAll(slots);
    Operand<TBool> finite = tf.math.isFinite(rates.finite());
    List<Operand<?>> kept = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      kept.add(tf.select(finite, results.get(i), before.get(i)));
    }
    return List.copyOf(kept);
  }

  private Weights weights(Map<String, Operand<TFloat32>> values, String prefix) {
    return Weights.of(
        weights, weights.stream().map(weight -> value(values, prefix + weight.name())).toList());
  }

  private static Operand<TFloat32> value(Map<String, Operand<TFloat32>> values, String name) {
    Operand<TFloat32> value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the step has no value " + name);
    }
    return value;
  }

  private static <T extends TType> Operand<T> input(
      Map<String, Operand<?>> inputs, String name, Class<T> type) {
    return Objects.requireNonNull(inputs.get(name)).asOutput().expect(type);
  }
}
