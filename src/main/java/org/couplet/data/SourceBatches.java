package org.couplet.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.couplet.image.Decoded;
import org.couplet.image.DecodedImages;
import org.couplet.image.SourceReport;
import org.couplet.image.SourceTally;
import org.couplet.io.InvalidInputException;
import org.couplet.picture.ImageSize;
import org.couplet.source.ImageSelection;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TUint8;

/**
 * The images of a folder or file as they are, neither cut nor resized, to be measured. All cores
 * decode ahead, in memory that does not grow with the number of images. Images of one size make a
 * batch, in the source's order; while sizes alternate, some images wait for others of their size,
 * and if there is no room for more of them, the size that has waited longest makes a smaller batch.
 * Which images make a batch depends on the source and the batch size alone.
 */
public final class SourceBatches implements ImageBatches {
  // 64 images of 512 x 512, 50 MB; a network's floats take 4 times as much.
  private static final long BATCH_PIXELS = 1L << 24;
  private static final long WAITING_PIXELS = 1L << 25;
  private static final int WAITING_BATCHES = 4;

  private final Path source;
  private final DecodedImages images;
  private final int batchSize;
  private final SourceTally tally = new SourceTally();

  // In the order of each size's first image here.
  private final Map<ImageSize, List<byte[]>> waiting = new LinkedHashMap<>();
  private int waitingImages;
  private boolean whole = true;
  private long waitingPixels;

  private SourceBatches(Path source, DecodedImages images, int batchSize) {
    this.source = source;
    this.images = images;
    this.batchSize = batchSize;
  }

  /**
   * Opens a source. Arrays of floats are read once here, for their range.
   *
   * @param batchSize most images of a batch, at least 1; large images make smaller batches
   * @param strict whether an image that can't be taken is an error instead of being left out
   * @throws InvalidInputException if the source is missing, unknown, damaged, or holds no image
   */
  public static SourceBatches open(ImageSelection selection, int batchSize, boolean strict)
      throws IOException {
    if (batchSize < 1) {
      throw new IllegalArgumentException("batches of " + batchSize);
    }
    return new SourceBatches(
        selection.source(), DecodedImages.asStored(selection, strict), batchSize);
  }

  @Override
  public long count() {
    return images.size();
  }

  /**
   * Leaves only some consecutive images; to be called before the first batch is taken. That none of
   * them can be taken is then no error.
   *
   * @param first index in the source's order
   * @param count how many
   */
  public void restrict(long first, long count) throws IOException {
    whole = false;
    images.restrict(first, count);
  }

  /**
   * {@inheritDoc}
   *
   * @throws InvalidInputException if an image can't be taken and this is strict, if none can, or if
   *     an array contains invalid pixel values
   */
  @Override
  public Optional<TUint8> next() throws IOException {
    while (waitingImages <= WAITING_BATCHES * (long) batchSize && waitingPixels <= WAITING_PIXELS) {
      Optional<Decoded> decoded = images.next();
      if (decoded.isEmpty()) {
        return last();
      }
      tally.add(decoded.get());
      if (decoded.get() instanceof Decoded.Image image && completesBatch(image)) {
        return Optional.of(remove(image.size()));
      }
    }
    return Optional.of(removeOldest());
  }

  private Optional<TUint8> last() {
    SourceReport report = report();
    if (report.taken() == 0 && whole) {
      throw new InvalidInputException(
          "%s: none of the %d images can be taken; %s"
              .formatted(source, report.leftOutCount(), report.warnings().get(0)));
    }
    return waiting.isEmpty() ? Optional.empty() : Optional.of(removeOldest());
  }

  private boolean completesBatch(Decoded.Image image) {
    List<byte[]> sameSize = waiting.computeIfAbsent(image.size(), size -> new ArrayList<>());
    sameSize.add(image.pixels());
    waitingImages++;
    waitingPixels += image.size().pixels();
    return sameSize.size() == batchSize
        || (sameSize.size() + 1) * image.size().pixels() > BATCH_PIXELS;
  }

  private TUint8 removeOldest() {
    return remove(waiting.keySet().iterator().next());
  }

  private TUint8 remove(ImageSize size) {
    List<byte[]> rows = waiting.remove(size);
    if (rows == null) {
      throw new IllegalStateException("no images of " + size);
    }
    waitingImages -= rows.size();
    waitingPixels -= rows.size() * size.pixels();
    Shape image = Shape.of(size.height(), size.width(), images.channels());
    return ImageTensor.of(image, rows.size(), rows::get);
  }

  /** What the images read so far were like; complete once {@link #next} has returned empty. */
  public SourceReport report() {
    return tally.report();
  }

  /** Closes the source and ends the decoding, be it done or not. */
  @Override
  public void close() throws IOException {
    images.close();
  }
}
