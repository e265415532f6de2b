package org.couplet.pairing;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.couplet.data.Batch;
import org.couplet.data.Batches;
import org.couplet.program.TrainingBatch;
import org.couplet.program.TrainingProgram;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/**
 * Batch-OT over the batches of several steps. Their data rows change places, so that each lies in
 * the step and row whose noise is near to it; which noise a place has does not change. What a step
 * sees is a function of data, seed and step, as without a pool.
 */
@SuppressWarnings("ArrayRecordComponent") // made once and only read
record NoisePool(
    long number,
    int steps,
    Class<? extends TType> type,
    Shape batch,
    byte[] rows,
    int[] labels,
    double secondsPerStep) {
  /**
   * Pairs the steps {@code number * pool} to {@code (number + 1) * pool - 1}.
   *
   * @param choice with its pool
   */
  static NoisePool of(long number, Batches batches, TrainingProgram program, NoiseChoice choice) {
    int steps = choice.pool();
    Shape batch = program.batchShape();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    IntStream.Builder labels = IntStream.builder();
    Class<? extends TType> type = TUint8.class;
    for (int step = 0; step < steps; step++) {
      try (Batch one = batches.at(number * steps + step)) {
        byte[] elements = new byte[(int) one.elements().numBytes()];
        one.elements().asRawTensor().data().read(elements);
        bytes.writeBytes(elements);
        Arrays.stream(one.labels()).forEach(labels::add);
        type = one.elements().type();
      }
    }
    byte[] read = bytes.toByteArray();
    int[] classes = labels.build().toArray();
    long begun = System.nanoTime();
    int all = steps * (int) batch.get(0);
    float[] costs;
    try (TType data = tensor(type, Shape.of(all).append(batch.tail()), read)) {
      costs = costs(data, number, program, choice);
    }
    byte[] moved = moved(read, NoiseChoice.places(costs, classes));
    double seconds = (System.nanoTime() - begun) / 1e9;
    // Rows change places within their class, so that each place keeps its label.
    return new NoisePool(number, steps, type, batch, moved, classes, seconds / steps);
  }

  // [all rows, all places]
  private static float[] costs(
      TType data, long number, TrainingProgram program, NoiseChoice choice) {
    int all = (int) data.shape().get(0);
    int ofStep = all / choice.pool();
    float[] costs = new float[all * all];
    for (int step = 0; step < choice.pool(); step++) {
      float[] part = program.poolCosts(data, choice.seed(), number * choice.pool() + step);
      for (int row = 0; row < all; row++) {
        System.arraycopy(part, row * ofStep, costs, row * all + step * ofStep, ofStep);
      }
    }
    return costs;
  }

  private static byte[] moved(byte[] rows, int[] places) {
    int size = rows.length / places.length;
    byte[] moved = new byte[rows.length];
    for (int row = 0; row < places.length; row++) {
      System.arraycopy(rows, row * size, moved, places[row] * size, size);
    }
    return moved;
  }

  private static TType tensor(Class<? extends TType> type, Shape shape, byte[] bytes) {
    return Tensor.of(type, shape, DataBuffers.of(bytes, true, false));
  }

  /** The batch of a step of this pool, which the caller closes. */
  PairedBatches.PairedBatch at(long step) {
    int index = (int) (step - number * steps);
    int size = rows.length / steps;
    int count = (int) batch.get(0);
    TType elements =
        tensor(type, batch, Arrays.copyOfRange(rows, index * size, (index + 1) * size));
    int[] own =
        labels.length == 0
            ? labels
            : Arrays.copyOfRange(labels, index * count, (index + 1) * count);
    int[] inOrder = IntStream.range(0, count).toArray();
    return new PairedBatches.PairedBatch(new TrainingBatch(elements, own, inOrder), secondsPerStep);
  }
}
