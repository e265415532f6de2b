package org.couplet.program;

import static org.couplet.program.Contract.BATCH;
import static org.couplet.program.Contract.SCORE_SCOPE;
import static org.couplet.program.Contract.SEED;
import static org.couplet.program.Contract.SIGMA;
import static org.couplet.program.Contract.SIGMAS;
import static org.couplet.program.Contract.START_SCOPE;
import static org.couplet.program.Contract.STEP;
import static org.couplet.program.Contract.TRAIN_TAG;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
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
    return new TrainingProgram(model);
  }

  /** Shape of a batch: [n, height, width, channels] or [n, 2]. */
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
   * @param batch of {@link #batchShape()}; stays the caller's
   * @param noiseAssignment the noise row of each data row, if the program {@link
   *     #takesNoiseAssignment}; else empty
   */
  public StepMetrics step(TType batch, int[] noiseAssignment, ScheduledValues numbers) {
    try (StepInputs inputs = new StepInputs(batch, noiseAssignment, numbers);
        Result result = model.call(Signature.TRAIN, inputs.tensors())) {
      return new StepMetrics(
          ((TFloat32) result.get(0)).getFloat(), ((TFloat32) result.get(1)).getFloat());
    }
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
  public double loss(TType batch, int[] noiseAssignment, ScheduledValues numbers, long completed) {
    try (StepInputs inputs = new StepInputs(batch, noiseAssignment, numbers);
        TInt64 step = TInt64.scalarOf(completed)) {
      Map<String, TType> all = new LinkedHashMap<>(inputs.tensors());
      all.put(STEP, step);
      try (Result result = model.call(Signature.LOSS, all)) {
        return ((TFloat32) result.get(0)).getFloat();
      }
    }
  }

  /** Runs one step and reports when each of its operations ran. Arguments as of {@link #step}. */
  public List<TracedOperation> trace(TType batch, int[] noiseAssignment, ScheduledValues numbers) {
    try (StepInputs inputs = new StepInputs(batch, noiseAssignment, numbers)) {
      return TracedOperation.of(model.trace(Signature.TRAIN, inputs.tensors()));
    }
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
   * @return [n * n], row-major, data by noise
   */
  public float[] pairCosts(TType batch, long seed, long completed) {
    try (TInt64 seedTensor = TInt64.scalarOf(seed);
        TInt64 stepTensor = TInt64.scalarOf(completed);
        Result result =
            model.call(
                Signature.PAIR_COSTS, Map.of(BATCH, batch, SEED, seedTensor, STEP, stepTensor))) {
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
  public double gradientVariance(TType batch, int[] noiseAssignment, ScheduledValues numbers) {
    try (StepInputs inputs = new StepInputs(batch, noiseAssignment, numbers);
        Result result = model.call(Signature.GRADIENT_VARIANCE, inputs.tensors())) {
      return ((TFloat32) result.get(0)).getFloat();
    }
  }

  /** The pairs that the next step would train on. Arguments as of {@link #step}. */
  public TrainingPairs pairs(TType batch, int[] noiseAssignment, ScheduledValues numbers) {
    try (StepInputs inputs = new StepInputs(batch, noiseAssignment, numbers)) {
      return new TrainingPairs(model.call(Signature.PAIRS, inputs.tensors()));
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
    try (TInt64 seedTensor = TInt64.scalarOf(seed);
        TInt64 drawTensor = TInt64.scalarOf(draw);
        TFloat32 sigmaTensor = TFloat32.scalarOf((float) sigma);
        Result result =
            model.call(
                Signature.COUPLED_POINTS,
                Map.of(BATCH, batch, SEED, seedTensor, STEP, drawTensor, SIGMA, sigmaTensor))) {
      float[][] values = new float[result.size()][];
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
