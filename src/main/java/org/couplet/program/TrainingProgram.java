package org.couplet.program;

import static org.couplet.program.Contract.BATCH;
import static org.couplet.program.Contract.COSTS;
import static org.couplet.program.Contract.COUPLED_POINTS;
import static org.couplet.program.Contract.DATA;
import static org.couplet.program.Contract.EMA_DECAY;
import static org.couplet.program.Contract.GAP;
import static org.couplet.program.Contract.GRADIENT_NORM;
import static org.couplet.program.Contract.GRADIENT_VARIANCE;
import static org.couplet.program.Contract.HIGH;
import static org.couplet.program.Contract.INDUCED_POINTS;
import static org.couplet.program.Contract.INITIALIZE;
import static org.couplet.program.Contract.LEARNING_RATE;
import static org.couplet.program.Contract.LOSS;
import static org.couplet.program.Contract.LOW;
import static org.couplet.program.Contract.MU;
import static org.couplet.program.Contract.NOISE;
import static org.couplet.program.Contract.NUM_LEVELS;
import static org.couplet.program.Contract.ONLINE;
import static org.couplet.program.Contract.PAIRS;
import static org.couplet.program.Contract.PAIR_COSTS;
import static org.couplet.program.Contract.POINTS;
import static org.couplet.program.Contract.PROGRESS;
import static org.couplet.program.Contract.SCORE_SCOPE;
import static org.couplet.program.Contract.SEED;
import static org.couplet.program.Contract.SIGMA;
import static org.couplet.program.Contract.SIGMAS;
import static org.couplet.program.Contract.SIGMA_HIGH;
import static org.couplet.program.Contract.SIGMA_LOW;
import static org.couplet.program.Contract.START_SCOPE;
import static org.couplet.program.Contract.STEP;
import static org.couplet.program.Contract.TRAIN;
import static org.couplet.program.Contract.TRAIN_TAG;
import static org.couplet.program.Contract.X_HAT;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

/** A training program in a session: its variables and the step that changes them. */
public final class TrainingProgram implements AutoCloseable {
  private static final String FILE = "/filename:0";
  private static final String RESTORE = "/restore_all";

  private final LoadedModel model;

  private TrainingProgram(LoadedModel model) {
    this.model = model;
  }

  /**
   * Loads a program; its variables have no values yet.
   *
   * @param folder a SavedModel that {@code couplet build} wrote; one that does not keep the
   *     contract is refused by the name of what is missing
   * @param threads of one operation; 0: all cores
   */
  public static TrainingProgram load(Path folder, int threads) {
    LoadedModel model = LoadedModel.load(folder, TRAIN_TAG, threads);
    try {
      model.require(
          TRAIN,
          List.of(BATCH, SEED, SIGMAS, NUM_LEVELS, MU, GAP, LEARNING_RATE, EMA_DECAY),
          List.of(LOSS, GRADIENT_NORM));
      model.require(INITIALIZE, List.of(SEED), List.of(STEP));
      model.require(PROGRESS, List.of(), List.of(STEP));
      SamplingProgram.check(model, "");
      SamplingProgram.check(model, ONLINE);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
    return new TrainingProgram(model);
  }

  /** Shape of a batch: [n, height, width, channels] or [n, 2]. */
  public Shape batchShape() {
    return model.inputShape(TRAIN, BATCH);
  }

  /** Length of {@link ScheduledValues#sigmas}. */
  public int sigmasLength() {
    return (int) model.inputShape(TRAIN, SIGMAS).get(0);
  }

  /** Sets every variable to its value before training. */
  public void initialize(long seed) {
    try (TInt64 tensor = TInt64.scalarOf(seed)) {
      model.call(INITIALIZE, Map.of(SEED, tensor), List.of(STEP)).close();
    }
  }

  /**
   * Runs one step.
   *
   * @param batch of {@link #batchShape()}; stays the caller's
   * @param columns the noise row of each data row, if the program {@link #takesColumns}; else empty
   */
  public StepMetrics step(TType batch, int[] columns, ScheduledValues numbers) {
    try (StepInputs inputs = new StepInputs(batch, columns, numbers);
        Result result = model.call(TRAIN, inputs.tensors(), List.of(LOSS, GRADIENT_NORM))) {
      return new StepMetrics(
          ((TFloat32) result.get(0)).getFloat(), ((TFloat32) result.get(1)).getFloat());
    }
  }

  /** Runs one step and reports when each of its operations ran. Arguments as of {@link #step}. */
  public List<TracedOperation> trace(TType batch, int[] columns, ScheduledValues numbers) {
    try (StepInputs inputs = new StepInputs(batch, columns, numbers)) {
      return TracedOperation.of(model.trace(TRAIN, inputs.tensors(), List.of(LOSS, GRADIENT_NORM)));
    }
  }

  /** Whether {@link #step} needs the noise row of each data row (batch-OT). */
  public boolean takesColumns() {
    return model.has(PAIR_COSTS);
  }

  /**
   * Squared distances between the data rows and the noise rows of a step; the step itself may run
   * meanwhile.
   *
   * @param batch of {@link #batchShape()}; stays the caller's
   * @param seed of the run
   * @param completed steps before this one
   * @return [n * n], row-major, data by noise
   */
  public float[] pairCosts(TType batch, long seed, long completed) {
    try (TInt64 seedTensor = TInt64.scalarOf(seed);
        TInt64 stepTensor = TInt64.scalarOf(completed);
        Result result =
            model.call(
                PAIR_COSTS,
                Map.of(BATCH, batch, SEED, seedTensor, STEP, stepTensor),
                List.of(COSTS))) {
      return Floats.of((TFloat32) result.get(0));
    }
  }

  /** Whether {@link #gradientVariance} works. */
  public boolean measuresGradientVariance() {
    return model.has(GRADIENT_VARIANCE);
  }

  /**
   * Trace of the covariance of the rows' gradients at the next step (figure 2); one backward pass a
   * row. Arguments as of {@link #step}.
   */
  public double gradientVariance(TType batch, int[] columns, ScheduledValues numbers) {
    try (StepInputs inputs = new StepInputs(batch, columns, numbers);
        Result result =
            model.call(GRADIENT_VARIANCE, inputs.tensors(), List.of(GRADIENT_VARIANCE))) {
      return ((TFloat32) result.get(0)).getFloat();
    }
  }

  /** The pairs that the next step would train on. Arguments as of {@link #step}. */
  public TrainingPairs pairs(TType batch, int[] columns, ScheduledValues numbers) {
    try (StepInputs inputs = new StepInputs(batch, columns, numbers)) {
      return new TrainingPairs(
          model.call(PAIRS, inputs.tensors(), List.of(LOW, HIGH, SIGMA_LOW, SIGMA_HIGH)));
    }
  }

  /**
   * A batch's points at one level under the independent and under the generator-induced coupling,
   * with the averaged weights.
   *
   * @param batch of {@link #batchShape()}; stays the caller's
   * @param seed of the noise
   * @param draw which noise of that seed
   * @param sigma the level
   */
  public CoupledPoints coupledPoints(TType batch, long seed, long draw, double sigma) {
    List<String> outputs = List.of(DATA, NOISE, POINTS, X_HAT, INDUCED_POINTS);
    try (TInt64 seedTensor = TInt64.scalarOf(seed);
        TInt64 drawTensor = TInt64.scalarOf(draw);
        TFloat32 sigmaTensor = TFloat32.scalarOf((float) sigma);
        Result result =
            model.call(
                COUPLED_POINTS,
                Map.of(BATCH, batch, SEED, seedTensor, STEP, drawTensor, SIGMA, sigmaTensor),
                outputs)) {
      float[][] values = new float[outputs.size()][];
      Arrays.setAll(values, i -> Floats.of((TFloat32) result.get(i)));
      return new CoupledPoints(values[0], values[1], values[2], values[3], values[4]);
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
  public void adoptScore(Path checkpoint) {
    model.restore(checkpoint, SCORE_SCOPE + FILE, SCORE_SCOPE + RESTORE);
  }

  /** Completed steps, as the variables know it. */
  public long completedSteps() {
    try (Result result = model.call(PROGRESS, Map.of(), List.of(STEP))) {
      return ((TInt64) result.get(0)).getLong();
    }
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
    return new SamplingProgram(model, "");
  }

  /** Samples with the online weights; shares this program's session, which stays open. */
  public SamplingProgram online() {
    return new SamplingProgram(model, ONLINE);
  }

  @Override
  public void close() {
    model.close();
  }
}
