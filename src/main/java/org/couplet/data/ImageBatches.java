package org.couplet.data;

import java.io.IOException;
import java.util.Optional;
import org.couplet.io.InvalidInputException;
import org.tensorflow.types.TUint8;

/**
 * What is measured: images in batches, from the first to the last, once. For one thread. {@link
 * Batches} are for training.
 */
public interface ImageBatches extends AutoCloseable {
  /** Number of images to expect, corrupt ones that will be left out among them. */
  long count();

  /**
   * The next images, all of one size; empty at the end.
   *
   * @return [n, height, width, 1 or 3] with n at least 1; the caller closes it
   * @throws InvalidInputException if the images can't be used
   */
  Optional<TUint8> next() throws IOException;

  @Override
  void close() throws IOException;

  /**
   * Images of a data set, spread evenly over it: data may be in the order of their classes. Image i
   * is the data set's floor(i size / count).
   *
   * @param dataset of images; stays the caller's to close, after this
   * @param most number of images to take, at least 1; all, if the data set has no more
   * @param batchSize images of a batch, at least 1
   */
  static ImageBatches of(Dataset dataset, long most, int batchSize) {
    return new DatasetBatches(dataset, most, batchSize);
  }
}
