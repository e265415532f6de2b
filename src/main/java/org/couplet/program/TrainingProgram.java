package org.couplet.program;

import static org.couplet.program.Contract.BATCH;
import static org.couplet.program.Contract.EMA_DECAY;
import static org.couplet.program.Contract.GRADIENT_NORM;
import static org.couplet.program.Contract.INITIALIZE;
import static org.couplet.program.Contract.LEARNING_RATE;
import static org.couplet.program.Contract.LOSS;
import static org.couplet.program.Contract.MU;
import static org.couplet.program.Contract.NUM_LEVELS;
import static org.couplet.program.Contract.ONLINE;
import static org.couplet.program.Contract.PROGRESS;
import static org.couplet.program.Contract.SEED;
import static org.couplet.program.Contract.SIGMAS;
import static org.couplet.program.Contract.STEP;
import static org.couplet.program.Contract.TRAIN;
import static org.couplet.program.Contract.TRAIN_TAG;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

/** A training program in a session: its variables and the step that changes them. */
public final class TrainingProgram implements AutoCloseable {
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
          List.of(BATCH, SEED, SIGMAS, NUM_LEVELS, MU, LEARNING_RATE, EMA_DECAY),
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

  /** Length of {@link StepNumbers#sigmas}. */
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
   */
  public StepMetrics step(TType batch, StepNumbers numbers) {
    try (TInt64 seed = TInt64.scalarOf(numbers.seed());
        TFloat64 sigmas = TFloat64.tensorOf(StdArrays.ndCopyOf(numbers.sigmas()));
        TInt32 numLevels = TInt32.scalarOf(numbers.numLevels());
        TFloat32 mu = TFloat32.scalarOf((float) numbers.mu());
        TFloat32 learningRate = TFloat32.scalarOf((float) numbers.learningRate());
        TFloat32 emaDecay = TFloat32.scalarOf((float) numbers.emaDecay());
        Result result =
            model.call(
                TRAIN,
                Map.of(
                    BATCH, batch,
                    SEED, seed,
                    SIGMAS, sigmas,
                    NUM_LEVELS, numLevels,
                    MU, mu,
                    LEARNING_RATE, learningRate,
                    EMA_DECAY, emaDecay),
                List.of(LOSS, GRADIENT_NORM))) {
      return new StepMetrics(
          ((TFloat32) result.get(0)).getFloat(), ((TFloat32) result.get(1)).getFloat());
    }
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
