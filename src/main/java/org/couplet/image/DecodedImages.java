package org.couplet.image;

import org.couplet.source.ImageSelection;
import org.couplet.source.ImageSource;
import org.couplet.source.ImageSources;
import org.couplet.source.Labels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.couplet.io.BackgroundTasks;
import org.couplet.io.InvalidInputException;
import org.couplet.picture.Picture;
import org.couplet.picture.PictureDecoder;
import org.couplet.picture.PixelBudget;
import org.couplet.picture.UnreadableImageException;
import org.jspecify.annotations.Nullable;

/**
 * The images of a source in their order, decoded ahead on all cores. What waits to be taken is
 * bounded in number and in bytes. One thread takes.
 */
public final class DecodedImages implements AutoCloseable {
  private static final int AHEAD_PER_CORE = 8;
  // The rest of Java's memory is for decoding (PixelBudget) and for those who take.
  private static final int MEMORY_SHARE = 8;

  private final Path where;
  private final ImageSource source;
  private final boolean strict;
  private final UnaryOperator<Picture> fit;
  private final long mostBytes;

  private final int mostAhead;
  private final BackgroundTasks<Decoded, IOException> ahead;
  private final PixelBudget budget = PixelBudget.ofMemory();
  private long fetched;
  // Of the images that wait to be decoded, and those after them: taken in this order.
  private final Deque<Long> undecoded = new ArrayDeque<>();
  private long undecodedBytes;

  // Guarded by this.
  private long waitingBytes;
  private long taken;
  private boolean closed;

  /**
   * @param where the source's path, for messages
   * @param source closed with this
   * @param strict whether an image that can't be taken is an error
   * @param fit what to do to each picture, on the thread that decodes it
   * @param mostBytes that may wait decoded, not counting one image a core; and as many that may
   *     wait to be decoded, not counting one image
   */
  DecodedImages(
      Path where, ImageSource source, boolean strict, UnaryOperator<Picture> fit, long mostBytes) {
    this.where = where;
    this.source = source;
    this.strict = strict;
    this.fit = fit;
    this.mostBytes = mostBytes;
    int cores = Runtime.getRuntime().availableProcessors();
    mostAhead = cores * AHEAD_PER_CORE;
    ahead = new BackgroundTasks<>("couplet-decoding", cores, unused -> {});
  }

  /**
   * Opens a source.
   *
   * @param except a file that is not one of the images, wherever it is
   * @throws InvalidInputException if the source can't be used
   */
  public static DecodedImages open(
      ImageSelection images, @Nullable Path except, boolean strict, UnaryOperator<Picture> fit)
      throws IOException {
    return new DecodedImages(
        images.source(),
        ImageSources.open(images, except),
        strict,
        fit,
        Runtime.getRuntime().maxMemory() / MEMORY_SHARE);
  }

  /** Number of images, corrupt ones among them. */
  public long size() {
    return source.size();
  }

  /** Colour channels of every image: 1 or 3. */
  public int channels() {
    return source.channels();
  }

  /**
   * The next image; empty at the end.
   *
   * @throws InvalidInputException if it is corrupt and this is strict, or the source is damaged
   */
  public Optional<Decoded> next() throws IOException {
    while (fetched < source.size() && mayFetch()) {
      ImageSource.Item item = source.next();
      undecoded.add(item.bytes());
      undecodedBytes += item.bytes();
      long index = fetched++;
      ahead.begin(() -> decode(item, index));
    }
    if (ahead.pending() == 0) {
      return Optional.empty();
    }
    undecodedBytes -= undecoded.remove();
    long bytes = 0;
    try {
      Decoded decoded = ahead.take();
      bytes = decoded instanceof Decoded.Image image ? image.pixels().length : 0;
      return Optional.of(decoded);
    } finally {
      passed(bytes);
    }
  }

  private boolean mayFetch() {
    return ahead.pending() == 0 || (ahead.pending() < mostAhead && undecodedBytes <= mostBytes);
  }

  private Decoded decode(ImageSource.Item item, long index) throws IOException {
    Decoded.Image image;
    try (PixelBudget.Share memory = budget.share()) {
      Picture picture = item.decoding().decode(new PictureDecoder(memory));
      Picture fitted = fit.apply(picture);
      image = new Decoded.Image(fitted.size(), fitted.toBytes(), picture.traits());
    } catch (InvalidInputException e) {
      throw e;
    } catch (UnreadableImageException e) {
      return leftOut(item.name(), e);
    } catch (IOException | RuntimeException | Error e) {
      throw new IOException(item.name() + ": " + e.getMessage(), e);
    }
    awaitRoom(image.pixels().length, index);
    return image;
  }

  // The image that is to be taken next never waits: those after it may hold all the room.
  private synchronized void awaitRoom(long bytes, long index) throws IOException {
    while (!closed && waitingBytes + bytes > mostBytes && index != taken) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
    waitingBytes += bytes;
  }

  private synchronized void passed(long bytes) {
    waitingBytes -= bytes;
    taken++;
    notifyAll();
  }

  private Decoded.LeftOut leftOut(String name, UnreadableImageException failure) {
    String message = String.valueOf(failure.getMessage());
    if (strict) {
      throw new InvalidInputException(
          "%s: %s: %s; mend or remove it, or leave --strict out".formatted(where, name, message),
          failure);
    }
    return new Decoded.LeftOut(name, failure.reason(), message);
  }

  /**
   * The classes of some images, if the source has classes; to be called after the last image.
   *
   * @param images by their number in the source's order
   */
  public Optional<Labels> labels(BitSet images) throws IOException {
    return source.labels(images);
  }

  /** Ends the threads once they are done with their current images, and closes the source. */
  @Override
  public void close() throws IOException {
    letAllPass();
    ahead.close();
    source.close();
  }

  private synchronized void letAllPass() {
    closed = true;
    notifyAll();
  }
}
