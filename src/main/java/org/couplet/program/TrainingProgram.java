package org.couplet.program;

import static org.couplet.contract.Contract.BATCH;
import static org.couplet.contract.Contract.FIRST_ROW;
import static org.couplet.contract.Contract.LABELS;
import static org.couplet.contract.Contract.SCORE_SCOPE;
import static org.couplet.contract.Contract.SEED;
import static org.couplet.contract.Contract.SIGMA;
import static org.couplet.contract.Contract.SIGMAS;
import static org.couplet.contract.Contract.START_SCOPE;
import static org.couplet.contract.Contract.STEP;
import static org.couplet.contract.Contract.STOPPING;
import static org.couplet.contract.Contract.TRAIN_TAG;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.couplet.contract.Signature;
import org.couplet.loading.LoadedModel;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

/** A training program in a session: its variables and the step that changes them. */
public final class TrainingProgram implements AutoCloseable {
  private static final String FILE = "/filename:0";
  private static final String RESTORE = "/restore_all";

  private final LoadedModel model;
  private final int worker;

  private TrainingProgram(LoadedModel model, int worker) {
    this.model = model;
    this.worker = worker;
  }

  /**
   * Loads a program; its variables have no values yet.
   *
   * @param folder a SavedModel that {@code couplet build} wrote; one that does not keep the
   *     contract is refused by the name of what is missing
   * @param threads of one operation; 0: all cores
   */
  public static TrainingProgram load(Path folder, int threads) {
    return checked(LoadedModel.load(folder, TRAIN_TAG, threads), 0);
  }

  /**
   * Loads a worker's program; its steps, and the others that are exchanges, wait for those of the
   * other workers.
   *
   * @param folder a program that was built for as many workers
   * @param threads of one operation; 0: all cores
   * @param worker which one this is, from 0
   * @param gpu which of the process's GPUs it runs on, if there are any
   * @param sessions opens one for a graph, in which collectives meet the other workers'
   */
  public static TrainingProgram load(
      Path folder,
      int threads,
      int worker,
      int gpu,
      BiFunction<Graph, ConfigProto, Session> sessions) {
    TrainingProgram program =
        checked(LoadedModel.load(folder, TRAIN_TAG, threads, gpu, sessions), worker);
    program.model.require(Signature.SYNCHRONIZE);
    program.model.require(Signature.CHECKSUM);
    return program;
  }

  private static TrainingProgram checked(LoadedModel model, int worker) {
    try {
      model.require(Signature.TRAIN);
      model.require(Signature.INITIALIZE);
      model.require(Signature.PROGRESS);
      model.requireSaver();
      SamplingProgram.check(model, false);
      SamplingProgram.check(model, true);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
    return new TrainingProgram(model, worker);
  }

  /** Whether steps are shared with other workers. */
  public boolean isShared() {
    return model.has(Signature.SYNCHRONIZE);
  }

  /** Place of this program's rows in the batch of all workers. */
  public long firstRow() {
    return worker * batchShape().get(0);
  }

  /** Gives every variable the value that it has for the first worker; all call this together. */
  public void synchronize() {
    try (TInt64 firstRow = TInt64.scalarOf(firstRow())) {
      model.call(Signature.SYNCHRONIZE, Map.of(FIRST_ROW, firstRow)).close();
    }
  }

  /** A sum over the bits of every variable: workers that have another one have other variables. */
  public long checksum() {
    try (Result result = model.call(Signature.CHECKSUM, Map.of())) {
      return ((TInt64) result.get(0)).getLong();
    }
  }

  /** Shape of this program's batch: [n, height, width, channels] or [n, 2]. */
  public Shape batchShape() {
    return model.inputShape(Signature.TRAIN, BATCH);
  }

  /** Length of {@link ScheduledValues#sigmas}. */
  public int sigmasLength() {
    return (int) model.inputShape(Signature.TRAIN, SIGMAS).get(0);
  }

  /** Sets every variable to its value before training. */
  public void initialize(long seed) {
    try (TInt64 tensor = TInt64.scalarOf(seed)) {
      model.call(Signature.INITIALIZE, Map.of(SEED, tensor)).close();
    }
  }

  /**
   * Runs one step.
   *
   * @param batch of {@link #batchShape()}
   */
  public StepMetrics step(TrainingBatch batch, ScheduledValues numbers) {
    try (StepInputs inputs = inputs(batch, numbers);
        Result result = model.call(Signature.TRAIN, inputs.tensors())) {
      return metrics(result);
    }
  }

  private static StepMetrics metrics(Result result) {
    return new StepMetrics(
        ((TFloat32) result.get(0)).getFloat(), ((TFloat32) result.get(1)).getFloat());
  }

  /**
   * A step of all workers.
   *
   * @param metrics of the whole batch
   * @param stops whether a worker wants to stop after it
   */
  public record SharedStep(StepMetrics metrics, boolean stops) {}

  /**
   * Runs one step with the other workers. Further arguments as of {@link #step}.
   *
   * @param stopping whether this worker wants to stop after it
   */
  public SharedStep sharedStep(TrainingBatch batch, ScheduledValues numbers, boolean stopping) {
    try (StepInputs inputs = inputs(batch, numbers);
        TFloat32 stops = TFloat32.scalarOf(stopping ? 1 : 0)) {
      Map<String, TType> all = new LinkedHashMap<>(inputs.tensors());
      all.put(STOPPING, stops);
      List<String> outputs = new ArrayList<>(Signature.TRAIN.outputs());
      outputs.add(STOPPING);
      try (Result result = model.call(Signature.TRAIN, all, outputs)) {
        return new SharedStep(metrics(result), ((TFloat32) result.get(2)).getFloat() > 0);
      }
    }
  }

  private StepInputs inputs(TrainingBatch batch, ScheduledValues numbers) {
    StepInputs inputs = new StepInputs(batch, numbers);
    if (takesLabels()) {
      inputs.addLabels(batch.labels());
    }
    if (isShared()) {
      inputs.addFirstRow(firstRow());
    }
    return inputs;
  }

  /** Whether {@link #loss} works: programs of score models and of older versions lack it. */
  public boolean measuresLoss() {
    return model.has(Signature.LOSS);
  }

  /**
   * The loss of a step without dropout; nothing is trained. Arguments as of {@link #step}.
   *
   * @param completed steps before it, which choose its noise and its levels
   */
  public double loss(TrainingBatch batch, ScheduledValues numbers, long completed) {
    try (StepInputs inputs = inputs(batch, numbers);
        TInt64 step = TInt64.scalarOf(completed)) {
      Map<String, TType> all = new LinkedHashMap<>(inputs.tensors());
      all.put(STEP, step);
      try (Result result = model.call(Signature.LOSS, all)) {
        return ((TFloat32) result.get(0)).getFloat();
      }
    }
  }

  /** Runs one step and reports when each of its operations ran. Arguments as of {@link #step}. */
  public List<TracedOperation> trace(TrainingBatch batch, ScheduledValues numbers) {
    try (StepInputs inputs = inputs(batch, numbers)) {
      return TracedOperation.of(model.trace(Signature.TRAIN, inputs.tensors()));
    }
  }

  /** Whether {@link #step} needs the class of each row. */
  public boolean takesLabels() {
    return model.has(Signature.CLASSES);
  }

  /** Whether {@link #step} needs the noise row of each data row (batch-OT). */
  public boolean takesNoiseAssignment() {
    return model.has(Signature.PAIR_COSTS);
  }

  /**
   * Squared distances between the data rows and the noise rows of a step; the step itself may run
   * meanwhile.
   *
   * @param batch of {@link #batchShape()}; stays the caller's
   * @param seed of the run
   * @param completed steps before this one
   * @return [m * m], row-major, data by noise, of this program's rows or those of all workers
   */
  public float[] pairCosts(TType batch, long seed, long completed) {
    try (TInt64 seedTensor = TInt64.scalarOf(seed);
        TInt64 stepTensor = TInt64.scalarOf(completed);
        TInt64 firstRow = TInt64.scalarOf(firstRow())) {
      Map<String, TType> inputs = new LinkedHashMap<>();
      inputs.put(BATCH, batch);
      inputs.put(SEED, seedTensor);
      inputs.put(STEP, stepTensor);
      if (isShared()) {
        inputs.put(FIRST_ROW, firstRow);
      }
      try (Result result = model.call(Signature.PAIR_COSTS, inputs)) {
        return Floats.of((TFloat32) result.get(0));
      }
    }
  }

  /** Whether {@link #poolCosts} works: programs of older versions and shared ones lack it. */
  public boolean pairsOverSteps() {
    return model.has(Signature.POOL_COSTS);
  }

  /**
   * Squared distances between data rows and the noise rows of a step.
   *
   * @param rows [m, element...]; stays the caller's
   * @param seed of the run
   * @param completed steps before the one whose noise it is
   * @return [m * n], row-major, data by noise
   */
  public float[] poolCosts(TType rows, long seed, long completed) {
    try (TInt64 seedTensor = TInt64.scalarOf(seed);
        TInt64 stepTensor = TInt64.scalarOf(completed);
        Result result =
            model.call(
                Signature.POOL_COSTS, Map.of(BATCH, rows, SEED, seedTensor, STEP, stepTensor))) {
      return Floats.of((TFloat32) result.get(0));
    }
  }

  /** Whether {@link #gradientVariance} works. */
  public boolean measuresGradientVariance() {
    return model.has(Signature.GRADIENT_VARIANCE);
  }

  /**
   * Trace of the covariance of the rows' gradients at the next step (figure 2); one backward pass a
   * row. Arguments as of {@link #step}.
   */
  public double gradientVariance(TrainingBatch batch, ScheduledValues numbers) {
    try (StepInputs inputs = inputs(batch, numbers);
        Result result = model.call(Signature.GRADIENT_VARIANCE, inputs.tensors())) {
      return ((TFloat32) result.get(0)).getFloat();
    }
  }

  /** The pairs that the next step would train on. Arguments as of {@link #step}. */
  public TrainingPairs pairs(TrainingBatch batch, ScheduledValues numbers) {
    try (StepInputs inputs = inputs(batch, numbers)) {
      return new TrainingPairs(model.call(Signature.PAIRS, inputs.tensors()));
    }
  }

  /**
   * A batch's points at one level under the independent and under the generator-induced coupling,
   * with the averaged weights.
   *
   * @param batch of {@link #batchShape()}
   * @param seed of the noise
   * @param draw which noise of that seed
   * @param sigma the level
   */
  public CoupledPoints coupledPoints(TrainingBatch batch, long seed, long draw, double sigma) {
    try (TInt64 seedTensor = TInt64.scalarOf(seed);
        TInt64 drawTensor = TInt64.scalarOf(draw);
        TFloat32 sigmaTensor = TFloat32.scalarOf((float) sigma);
        TInt32 labels = TInt32.vectorOf(batch.labels())) {
      Map<String, TType> inputs = new LinkedHashMap<>();
      inputs.put(BATCH, batch.elements());
      inputs.put(SEED, seedTensor);
      inputs.put(STEP, drawTensor);
      inputs.put(SIGMA, sigmaTensor);
      if (takesLabels()) {
        inputs.put(LABELS, labels);
      }
      try (Result result = model.call(Signature.COUPLED_POINTS, inputs)) {
        float[][] values = new float[result.size()][];
        Arrays.setAll(values, i -> Floats.of((TFloat32) result.get(i)));
        return new CoupledPoints(values[0], values[1], values[2], values[3], values[4]);
      }
    }
  }

  /**
   * Begins with the averages of another run in place of the initial weights.
   *
   * @param checkpoint prefix of a checkpoint of a run with the same network
   */
  public void startFrom(Path checkpoint) {
    model.restore(checkpoint, START_SCOPE + FILE, START_SCOPE + RESTORE);
  }

  /**
   * Copies a score model's averages, which distillation follows.
   *
   * @param checkpoint prefix of a checkpoint of the score model's run
   */
  public void loadScore(Path checkpoint) {
    model.restore(checkpoint, SCORE_SCOPE + FILE, SCORE_SCOPE + RESTORE);
  }

  /** Completed steps, as the variables know it. */
  public long completedSteps() {
    try (Result result = model.call(Signature.PROGRESS, Map.of())) {
      return ((TInt64) result.get(0)).getLong();
    }
  }

  /** Bytes of all variables, and so about those of a checkpoint. */
  public long variableBytes() {
    return model.variableBytes();
  }

  /** Writes every variable as a TensorFlow checkpoint ({@code prefix.index}, {@code .data-...}). */
  public void save(Path prefix) {
    model.save(prefix);
  }

  /** Reads every variable from a checkpoint that {@link #save} wrote. */
  public void restore(Path prefix) {
    model.restore(prefix);
  }

  /** Samples with the moving average; shares this program's session, which stays open. */
  public SamplingProgram average() {
    return SamplingProgram.sharing(model, false);
  }

  /** Samples with the online weights; shares this program's session, which stays open. */
  public SamplingProgram online() {
    return SamplingProgram.sharing(model, true);
  }

  @Override
  public void close() {
    model.close();
  }
}
