package org.couplet.program;

import java.util.LinkedHashMap;
import java.util.Map;
import org.couplet.contract.Contract;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

/** The tensors that a training step is fed; closing this frees all but the batch. */
final class StepInputs implements AutoCloseable {
  private final Map<String, TType> tensors = new LinkedHashMap<>();
  private final TType elements;

  StepInputs(TrainingBatch batch, ScheduledValues numbers) {
    this.elements = batch.elements();
    tensors.put(Contract.BATCH, elements);
    tensors.put(Contract.SEED, TInt64.scalarOf(numbers.seed()));
    tensors.put(Contract.SIGMAS, TFloat64.tensorOf(StdArrays.ndCopyOf(numbers.sigmas())));
    tensors.put(Contract.NUM_LEVELS, TInt32.scalarOf(numbers.numLevels()));
    tensors.put(Contract.MU, TFloat32.scalarOf((float) numbers.mu()));
    tensors.put(Contract.GAP, TFloat32.scalarOf((float) numbers.gap()));
    tensors.put(Contract.LEARNING_RATE, TFloat32.scalarOf((float) numbers.learningRate()));
    tensors.put(Contract.EMA_DECAY, TFloat32.scalarOf((float) numbers.emaDecay()));
    if (batch.noiseAssignment().length > 0) {
      tensors.put(Contract.NOISE_ASSIGNMENT, TInt32.vectorOf(batch.noiseAssignment()));
    }
  }

  /** For a program that is told classes. */
  void addLabels(int[] labels) {
    tensors.put(Contract.LABELS, TInt32.vectorOf(labels));
  }

  /** For a program of several workers. */
  void addFirstRow(long firstRow) {
    tensors.put(Contract.FIRST_ROW, TInt64.scalarOf(firstRow));
  }

  Map<String, TType> tensors() {
    return tensors;
  }

  @Override
  public void close() {
    tensors.values().stream().filter(tensor -> tensor != elements).forEach(TType::close);
  }
}
