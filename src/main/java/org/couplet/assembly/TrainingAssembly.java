package org.couplet.assembly;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.couplet.config.Aspect;
import org.couplet.config.ElementShape;
import org.couplet.config.proto.DatasetConfig;
import org.couplet.config.proto.Experiment;
import org.couplet.config.proto.ImageFileConfig;
import org.couplet.config.proto.RuntimeConfig;
import org.couplet.consistency.ConsistencyLoss;
import org.couplet.consistency.Objective;
import org.couplet.graph.GraphFunction;
import org.couplet.graph.Randomness;
import org.couplet.graph.Weight;
import org.couplet.graph.Weights;
import org.couplet.program.Contract;
import org.couplet.program.Signature;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** Builds the training program: variables, the step that changes them, and what makes samples. */
public final class TrainingAssembly {
  private final Model model;
  private final Experiment experiment;
  private final TrainingStep step;
  private final Ops tf;
  private final Variables variables;
  private final Signatures signatures = new Signatures();

  private TrainingAssembly(Experiment experiment, Graph graph) {
    this.experiment = experiment;
    this.model = ModelFactory.create(experiment);
    this.step = new TrainingStep(model, experiment);
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
    try (Graph graph = new Graph()) {
      TrainingAssembly assembly = new TrainingAssembly(experiment, graph);
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
    return new TrainingStep(ModelFactory.create(experiment), experiment)
        .states().stream().mapToLong(state -> state.shape().size()).sum();
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
    addTrain();
    if (model.takesNoiseAssignment()) {
      addPairCosts();
    }
    addImports();
    Model plain = ModelFactory.create(plain(experiment));
    if (plain.objective() instanceof ConsistencyLoss loss) {
      addMeasurements(new Measurements(tf, plain, loss));
    }
    signatures.add(
        Signature.PROGRESS, Map.of(), Map.of(Contract.STEP, variables.readCounter(Contract.STEP)));
    SamplingSignatures sampling = new SamplingSignatures(tf, model, signatures);
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
    List<Output<?>> results =
        function.call(tf, arguments, experiment.getRuntime().getXla() == RuntimeConfig.Xla.STEP);

    List<Op> assignments = new ArrayList<>();
    List<TrainingStep.State> changing = step.changingStates();
    for (int i = 0; i < changing.size(); i++) {
      assignments.add(variables.assign(changing.get(i).name(), results.get(i)));
    }
    assignments.add(variables.assign(Contract.STEP, tf.math.add(completed, tf.constant(1L))));
    Ops after = tf.withControlDependencies(assignments);
    signatures.add(
        Signature.TRAIN,
        inputs,
        Map.of(
            Contract.LOSS,
            after.identity(results.get(changing.size())),
            Contract.GRADIENT_NORM,
            after.identity(results.get(changing.size() + 1))));
  }

  private void addMeasurements(Measurements measurements) {
    Map<String, Operand<?>> inputs = placeholders(step.inputs());
    Map<String, Operand<TFloat32>> values = new LinkedHashMap<>();
    // The result of a read has no static shape, but these need one.
    step.states()
        .forEach(
            state ->
                values.put(
                    state.name(),
                    tf.ensureShape(variables.readFloat(state.name()), state.shape())));
    Operand<TInt64> count = tf.ensureShape(variables.readCounter(Contract.STEP), Shape.scalar());
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
    Map<String, Operand<?>> data = placeholders(step.dataInputs());
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
        measurements.coupledPoints(current(Contract.EMA_PREFIX), x, z, sigma));
  }

  private void addPairCosts() {
    Map<String, Operand<?>> inputs = placeholders(step.dataInputs());
    Operand<TInt64> completed = tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
    Operand<TFloat32> costs = step.pairCosts(tf, inputs, completed);
    inputs.put(Contract.STEP, completed);
    signatures.add(Signature.PAIR_COSTS, inputs, Map.of(Contract.COSTS, costs));
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
