package org.couplet.assembly;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.couplet.config.Aspect;
import org.couplet.config.ElementShape;
import org.couplet.config.proto.DatasetConfig;
import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.ImageFileConfig;
import org.couplet.config.proto.RuntimeConfig;
import org.couplet.consistency.ConsistencyLoss;
import org.couplet.consistency.Objective;
import org.couplet.contract.Contract;
import org.couplet.contract.Signature;
import org.couplet.graph.Collectives;
import org.couplet.graph.GraphFunction;
import org.couplet.graph.Randomness;
import org.couplet.graph.Weight;
import org.couplet.graph.Weights;
import org.couplet.model.Model;
import org.couplet.model.ModelFactory;
import org.couplet.savedmodel.SavedModelFile;
import org.couplet.savedmodel.Signatures;
import org.couplet.savedmodel.Variables;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TFloating;

/** Builds the training program: variables, the step that changes them, and what makes samples. */
public final class TrainingAssembly {
  private final Model model;
  private final Experiment experiment;
  private final int workers;
  private final Collectives collectives;
  private final TrainingStep step;
  private final Ops tf;
  private final Variables variables;
  private final Signatures signatures = new Signatures();

  private TrainingAssembly(Experiment experiment, int workers, Graph graph) {
    this.experiment = experiment;
    this.workers = workers;
    this.model = ModelFactory.create(experiment, workers);
    this.step = new TrainingStep(model, experiment, workers);
    var exchange = experiment.getRuntime().getExchange();
    this.collectives = new Collectives(workers, Math.round(1e6 * exchange.getMegabytes()));
    this.tf = Ops.create(graph);
    this.variables = new Variables(tf);
  }

  /**
   * Writes the program as a SavedModel without variable values; its {@code initialize} signature
   * gives them.
   *
   * @param experiment resolved
   * @param folder must not exist yet
   */
  public static void write(Experiment experiment, Path folder) throws IOException {
    write(experiment, 1, folder);
  }

  /**
   * The same for a worker of several that share each batch. All have the same program; their steps
   * wait for each other.
   *
   * @param workers at least 1; {@code run.batch_size} must be a multiple
   */
  public static void write(Experiment experiment, int workers, Path folder) throws IOException {
    try (Graph graph = new Graph()) {
      TrainingAssembly assembly = new TrainingAssembly(experiment, workers, graph);
      SaverDef saver = assembly.build();
      SavedModelFile.write(
          folder, Contract.TRAIN_TAG, graph, saver, assembly.signatures, experiment);
    }
  }

  /** Number of trainable values of an experiment's network. */
  public static long parameters(Experiment experiment) {
    return ModelFactory.create(experiment).network().parameters();
  }

  /** Number of float32 values that a checkpoint of an experiment holds. */
  public static long stateValues(Experiment experiment) {
    return variables(experiment).values().stream().mapToLong(Shape::size).sum();
  }

  /** The float32 variables of an experiment's program by name; {@code step} is one more. */
  public static Map<String, Shape> variables(Experiment experiment) {
    Map<String, Shape> variables = new LinkedHashMap<>();
    new TrainingStep(ModelFactory.create(experiment), experiment, 1)
        .states()
        .forEach(state -> variables.put(state.name(), state.shape()));
    return variables;
  }

  /**
   * The part of an experiment that its program depends on. Experiments that agree in it share a
   * program; the driver may choose the rest (data, schedules, length, logging).
   */
  public static Experiment builtIn(Experiment experiment) {
    Experiment.Builder kept = Aspect.PROGRAM.of(experiment).toBuilder();
    if (measuresGradientVariance(experiment)) {
      // However often.
      kept.getEvaluationBuilder().setGradientVarianceEvery(1);
    }
    if (experiment.getRun().getSkipNonfinite() > 0) {
      // However many.
      kept.getRunBuilder().setSkipNonfinite(1);
    }
    DatasetConfig.Builder dataset = kept.getDatasetBuilder();
    if (dataset.hasProcedural()) {
      // Images of one size are alike, wherever they come from.
      Shape image = ElementShape.of(experiment.getDataset());
      dataset.setImageFile(
          ImageFileConfig.newBuilder()
              .setResolution((int) image.get(0))
              .setChannels((int) image.get(2)));
    }
    return kept.build();
  }

  private SaverDef build() {
    for (TrainingStep.State state : step.states()) {
      variables.addFloat(state.name(), state.shape());
    }
    variables.addCounter(Contract.STEP);
    addInitialize();
    if (workers == 1) {
      addTrain();
    } else {
      addSharedTrain();
      addSynchronize();
      addChecksum();
    }
    if (model.takesNoiseAssignment()) {
      addPairCosts();
      if (workers == 1) {
        addPoolCosts();
      }
    }
    addImports();
    Model plain = ModelFactory.create(plain(experiment), workers);
    if (plain.objective() instanceof ConsistencyLoss loss) {
      addMeasurements(new Measurements(tf, plain, loss));
    }
    signatures.add(
        Signature.PROGRESS, Map.of(), Map.of(Contract.STEP, variables.readCounter(Contract.STEP)));
    SamplingSignatures sampling =
        new SamplingSignatures(tf, model, model.function().plain(), false, signatures);
    sampling.addCommon();
    sampling.addFor(current(Contract.EMA_PREFIX), UnaryOperator.identity());
    sampling.addFor(current(""), Signature::online);
    return variables.addSaver();
  }

  // Measurements run rarely, and plainly whatever compiles the step.
  private static Experiment plain(Experiment experiment) {
    Experiment.Builder plain = experiment.toBuilder();
    plain.getRuntimeBuilder().setXla(RuntimeConfig.Xla.OFF).setRemat(false);
    return plain.build();
  }

  // The average starts as a copy of the weights, the optimizer's slots at 0.
  private void addInitialize() {
    Operand<TInt64> seed = tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
    Randomness randomness = new Randomness(seed, tf.constant(0L));
    List<Op> assignments = new ArrayList<>();
    Map<String, Operand<TFloat32>> initial = new LinkedHashMap<>();
    List<Weight> weights = model.network().weights();
    for (int i = 0; i < weights.size(); i++) {
      Weight weight = weights.get(i);
      Operand<TFloat32> value = weight.initializer().values(tf, weight.shape(), randomness, i);
      initial.put(weight.name(), value);
      initial.put(Contract.EMA_PREFIX + weight.name(), value);
    }
    for (TrainingStep.State state : step.states()) {
      Operand<TFloat32> value = initial.get(state.name());
      assignments.add(
          variables.assign(
              state.name(),
              value != null ? value : tf.fill(tf.constant(state.shape()), tf.constant(0f))));
    }
    assignments.add(variables.assign(Contract.STEP, tf.constant(0L)));
    Operand<TInt64> done = tf.withControlDependencies(assignments).identity(tf.constant(0L));
    signatures.add(Signature.INITIALIZE, Map.of(Contract.SEED, seed), Map.of(Contract.STEP, done));
  }

  private void addTrain() {
    List<Operand<?>> arguments = new ArrayList<>();
    for (TrainingStep.State state : step.states()) {
      arguments.add(variables.readFloat(state.name()));
    }
    Operand<TInt64> completed = variables.readCounter(Contract.STEP);
    arguments.add(completed);
    Map<String, Operand<?>> inputs = placeholders(step.inputs());
    arguments.addAll(inputs.values());

    GraphFunction function = GraphFunction.define("train_step", step.arguments(), step::results);
    addTrain(inputs, completed, function.call(tf, arguments, isCompiled()), Map.of());
  }

  private boolean isCompiled() {
    return experiment.getRuntime().getXla() == RuntimeConfig.Xla.STEP;
  }

  // The halves of a step with the exchange between them, which works in no function.
  private void addSharedTrain() {
    List<Operand<?>> arguments = new ArrayList<>(shapedStates().values());
    Operand<TInt64> completed = shapedCounter();
    arguments.add(completed);
    Map<String, Operand<?>> inputs = placeholders(step.inputs());
    arguments.addAll(inputs.values());
    List<Operand<TFloat32>> own =
        GraphFunction.floats(
            inStep("train_gradients", step.arguments(), step::gradients, arguments));

    // The loss is exact, whatever the gradients travel in.
    Operand<TFloat32> stopping = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
    List<Operand<TFloat32>> exact =
        collectives.means(tf, List.of(own.get(0), stopping), TFloat32.class);
    arguments.add(exact.get(0));
    arguments.addAll(collectives.means(tf, own.subList(1, own.size()), exchangePrecision()));

    List<? extends Operand<?>> results =
        inStep("train_updates", step.updateArguments(), step::updates, arguments);
    Map<String, Operand<?>> all = new LinkedHashMap<>(inputs);
    all.put(Contract.STOPPING, stopping);
    addTrain(all, completed, results, Map.of(Contract.STOPPING, exact.get(1)));
  }

  private Class<? extends TFloating> exchangePrecision() {
    return switch (experiment.getRuntime().getExchange().getPrecision()) {
      case FLOAT32 -> TFloat32.class;
      case BFLOAT16 -> TBfloat16.class;
    };
  }

  // In a function only if XLA compiles it: what is ready is then sent while the rest is computed.
  private List<? extends Operand<?>> inStep(
      String name,
      List<GraphFunction.Argument> signature,
      BiFunction<Ops, List<Operand<?>>, List<Operand<?>>> body,
      List<Operand<?>> arguments) {
    return isCompiled()
        ? GraphFunction.define(name, signature, body).call(tf, arguments, true)
        : body.apply(tf, arguments);
  }

  private void addTrain(
      Map<String, Operand<?>> inputs,
      Operand<TInt64> completed,
      List<? extends Operand<?>> results,
      Map<String, Operand<TFloat32>> further) {
    List<Op> assignments = new ArrayList<>();
    List<TrainingStep.State> changing = step.changingStates();
    for (int i = 0; i < changing.size(); i++) {
      assignments.add(variables.assign(changing.get(i).name(), results.get(i)));
    }
    assignments.add(variables.assign(Contract.STEP, tf.math.add(completed, tf.constant(1L))));
    Ops after = tf.withControlDependencies(assignments);
    Map<String, Operand<?>> outputs = new LinkedHashMap<>();
    outputs.put(Contract.LOSS, after.identity(results.get(changing.size())));
    outputs.put(Contract.GRADIENT_NORM, after.identity(results.get(changing.size() + 1)));
    further.forEach((name, value) -> outputs.put(name, after.identity(value)));
    signatures.add(Signature.TRAIN, inputs, outputs);
  }

  private void addSynchronize() {
    Operand<TInt64> firstRow = tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
    Operand<TBool> isFirst = tf.math.equal(firstRow, tf.constant(0L));
    Map<String, Operand<TFloat32>> states = shapedStates();
    List<Operand<TFloat32>> copies = collectives.copies(tf, List.copyOf(states.values()), isFirst);
    List<Op> assignments = new ArrayList<>();
    int i = 0;
    for (String name : states.keySet()) {
      assignments.add(variables.assign(name, copies.get(i++)));
    }
    Operand<TInt64> count =
        collectives.sum(tf, tf.select(isFirst, shapedCounter(), tf.constant(0L)));
    assignments.add(variables.assign(Contract.STEP, count));
    Operand<TInt64> done = tf.withControlDependencies(assignments).identity(count);
    signatures.add(
        Signature.SYNCHRONIZE, Map.of(Contract.FIRST_ROW, firstRow), Map.of(Contract.STEP, done));
  }

  private void addChecksum() {
    List<Operand<TInt64>> sums = new ArrayList<>(List.of(shapedCounter()));
    for (Operand<TFloat32> value : shapedStates().values()) {
      Operand<TInt64> bits = tf.dtypes.cast(tf.bitcast(value, TInt32.class), TInt64.class);
      sums.add(tf.sum(tf.reshape(bits, tf.constant(new int[] {-1})), tf.constant(0)));
    }
    signatures.add(Signature.CHECKSUM, Map.of(), Map.of(Contract.CHECKSUM, tf.math.addN(sums)));
  }

  // The result of a read has no static shape.
  private Map<String, Operand<TFloat32>> shapedStates() {
    Map<String, Operand<TFloat32>> values = new LinkedHashMap<>();
    for (TrainingStep.State state : step.states()) {
      Operand<TFloat32> value = variables.readFloat(state.name());
      values.put(state.name(), tf.ensureShape(value, state.shape()));
    }
    return values;
  }

  private Operand<TInt64> shapedCounter() {
    return tf.ensureShape(variables.readCounter(Contract.STEP), Shape.scalar());
  }

  private void addMeasurements(Measurements measurements) {
    Map<String, Operand<?>> inputs = placeholders(step.inputs());
    Map<String, Operand<TFloat32>> values = shapedStates();
    Operand<TInt64> count = shapedCounter();
    Objective.Step next = step.objectiveStep(tf, values, inputs, count);
    signatures.add(Signature.PAIRS, inputs, measurements.pairs(next));
    if (measuresGradientVariance(experiment)) {
      signatures.add(
          Signature.GRADIENT_VARIANCE,
          inputs,
          Map.of(Contract.GRADIENT_VARIANCE, measurements.gradientVariance(next)));
    }
    Operand<TInt64> number = tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
    Objective.Step numbered = step.objectiveStep(tf, values, inputs, number);
    Map<String, Operand<?>> ofLoss = new LinkedHashMap<>(inputs);
    ofLoss.put(Contract.STEP, number);
    signatures.add(Signature.LOSS, ofLoss, Map.of(Contract.LOSS, measurements.loss(numbered)));
    Map<String, GraphFunction.Argument> arguments = new LinkedHashMap<>(step.dataInputs());
    if (model.network().labelDim() > 0) {
      arguments.put(Contract.LABELS, step.rowOfIntegers());
    }
    Map<String, Operand<?>> data = placeholders(arguments);
    Operand<TInt64> completed = tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
    Operand<TFloat32> sigma = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
    Randomness randomness = TrainingStep.randomness(data, completed);
    Operand<TFloat32> x = step.data(tf, data, randomness);
    Operand<TFloat32> z = model.objective().noise().draw(tf, randomness, x.shape());
    data.put(Contract.STEP, completed);
    data.put(Contract.SIGMA, sigma);
    signatures.add(
        Signature.COUPLED_POINTS,
        data,
        measurements.coupledPoints(
            current(Contract.EMA_PREFIX), x, step.toldLabels(data), z, sigma));
  }

  private void addPairCosts() {
    Map<String, Operand<?>> inputs = placeholders(step.dataInputs());
    Operand<TInt64> completed = tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
    Operand<TFloat32> costs = step.pairCosts(tf, inputs, completed);
    if (costs.shape().get(0) < costs.shape().get(1)) {
      costs = ofAllWorkers(costs, TrainingStep.randomness(inputs, completed).first(tf));
    }
    inputs.put(Contract.STEP, completed);
    signatures.add(Signature.PAIR_COSTS, inputs, Map.of(Contract.COSTS, costs));
  }

  private void addPoolCosts() {
    GraphFunction.Argument batch = Objects.requireNonNull(step.dataInputs().get(Contract.BATCH));
    Operand<?> rows =
        tf.placeholder(batch.type(), Placeholder.shape(Shape.of(-1).append(batch.shape().tail())));
    Operand<TInt64> seed = tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
    Operand<TInt64> completed = tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
    signatures.add(
        Signature.POOL_COSTS,
        Map.of(Contract.BATCH, rows, Contract.SEED, seed, Contract.STEP, completed),
        Map.of(Contract.COSTS, step.poolCosts(tf, rows, new Randomness(seed, completed))));
  }

  // [n, m] of each worker to [m, m]: a sum of what is 0 but for one of them.
  private Operand<TFloat32> ofAllWorkers(Operand<TFloat32> costs, Operand<TInt64> firstRow) {
    long own = costs.shape().get(0);
    Operand<TInt64> rows =
        tf.range(firstRow, tf.math.add(firstRow, tf.constant(own)), tf.constant(1L));
    Operand<TInt64> places = tf.reshape(rows, tf.constant(new long[] {own, 1}));
    long all = costs.shape().get(1);
    return collectives.sum(tf, tf.scatterNd(places, costs, tf.constant(new long[] {all, all})));
  }

  // From another run's checkpoint: its averages as the weights to start from, or as the score's.
  private void addImports() {
    Map<String, String> start = new LinkedHashMap<>();
    Map<String, String> score = new LinkedHashMap<>();
    for (Weight weight : model.network().weights()) {
      String average = Contract.EMA_PREFIX + weight.name();
      start.put(weight.name(), average);
      start.put(average, average);
      score.put(Contract.SCORE_PREFIX + weight.name(), average);
    }
    variables.addImport(Contract.START_SCOPE, start);
    if (model.takesScore()) {
      variables.addImport(Contract.SCORE_SCOPE, score);
    }
  }

  private Map<String, Operand<?>> placeholders(Map<String, GraphFunction.Argument> arguments) {
    Map<String, Operand<?>> placeholders = new LinkedHashMap<>();
    arguments.forEach(
        (name, argument) ->
            placeholders.put(
                name, tf.placeholder(argument.type(), Placeholder.shape(argument.shape()))));
    return placeholders;
  }

  private static boolean measuresGradientVariance(Experiment experiment) {
    return experiment.getEvaluation().getGradientVarianceEvery() > 0;
  }

  private Weights current(String prefix) {
    Map<String, Operand<TFloat32>> values = new LinkedHashMap<>();
    for (Weight weight : model.network().weights()) {
      values.put(weight.name(), variables.readFloat(prefix + weight.name()));
    }
    return new Weights(values);
  }
}
