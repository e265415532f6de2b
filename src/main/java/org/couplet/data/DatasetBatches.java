package org.couplet.data;

import java.util.Optional;
import java.util.stream.LongStream;
import org.tensorflow.types.TUint8;

/** Images of a data set, to be measured: {@link ImageBatches#of}. */
final class DatasetBatches implements ImageBatches {
  private final Dataset dataset;
  private final long count;
  private final int batchSize;
  private long next;

  DatasetBatches(Dataset dataset, long most, int batchSize) {
    if (dataset.elementShape().numDimensions() != 3 || most < 1 || batchSize < 1) {
      throw new IllegalArgumentException(
          "%d elements %s in batches of %d".formatted(most, dataset.elementShape(), batchSize));
    }
    this.dataset = dataset;
    this.count = Math.min(most, dataset.size());
    this.batchSize = batchSize;
  }

  @Override
  public long count() {
    return count;
  }

  @Override
  public Optional<TUint8> next() {
    if (next == count) {
      return Optional.empty();
    }
    long end = Math.min(count, next + batchSize);
    long[] indices = LongStream.range(next, end).map(i -> i * dataset.size() / count).toArray();
    next = end;
    return Optional.of((TUint8) dataset.batch(indices));
  }

  @Override
  public void close() {
    // The data set is its owner's.
  }
}
