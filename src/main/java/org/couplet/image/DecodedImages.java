package org.couplet.image;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.couplet.io.BackgroundTasks;
import org.couplet.io.InvalidInputException;
import org.couplet.picture.Picture;
import org.couplet.picture.PictureDecoder;
import org.couplet.picture.PictureReading;
import org.couplet.picture.PixelBudget;
import org.couplet.picture.UnreadableImageException;
import org.couplet.source.ImageSelection;
import org.couplet.source.ImageSource;
import org.couplet.source.ImageSources;
import org.couplet.source.Labels;

/**
 * The images of a source in their order, decoded ahead on all cores. What waits to be taken is
 * bounded in number and in bytes, and so is the time for one image. One thread takes.
 */
public final class DecodedImages implements AutoCloseable {
  private static final int AHEAD_PER_CORE = 8;
  // The rest of Java's memory is for decoding (PixelBudget) and for those who take.
  private static final int MEMORY_SHARE = 8;
  private static final Duration TICK = Duration.ofMillis(100);
  // For a decoder that was aborted, before it counts as stuck.
  private static final int GRACE_SECONDS = 2;

  private final Path where;
  private final ImageSource source;
  private final boolean strict;
  private final PictureReading reading;
  private final UnaryOperator<Picture> fit;
  private final Runnable waiting;
  private final long mostBytes;
  private final double mostSeconds;

  private final int mostAhead;
  private final BackgroundTasks<Decoded, IOException> ahead;
  private final Deque<Task> tasks = new ArrayDeque<>();
  private final PixelBudget budget = PixelBudget.ofMemory();
  private long begin;
  private long end;
  private long fetched;
  // Of the images that wait to be decoded, and those after them: taken in this order.
  private final Deque<Long> undecoded = new ArrayDeque<>();
  private long undecodedBytes;

  // Guarded by this.
  private long waitingBytes;
  private long taken;
  private boolean closed;

  /** The decoding of one image, which another thread can end. */
  private record Task(
      ImageSource.Item item, long index, PixelBudget.Share memory, PictureDecoder decoder) {}

  /**
   * @param where the source's path, for messages
   * @param source closed with this
   * @param strict whether an image that can't be taken is an error
   * @param reading what becomes of orientation and transparency
   * @param fit what to do to each picture, on the thread that decodes it
   * @param waiting called several times a second while {@link #next} waits; what it throws ends the
   *     waiting
   * @param mostBytes that may wait decoded, not counting one image a core; and as many that may
   *     wait to be decoded, not counting one image
   * @param mostSeconds that the pixels of one picture may take
   */
  DecodedImages(
      Path where,
      ImageSource source,
      boolean strict,
      PictureReading reading,
      UnaryOperator<Picture> fit,
      Runnable waiting,
      long mostBytes,
      double mostSeconds) {
    this.where = where;
    this.source = source;
    this.end = source.size();
    this.strict = strict;
    this.reading = reading;
    this.fit = fit;
    this.waiting = waiting;
    this.mostBytes = mostBytes;
    this.mostSeconds = mostSeconds;
    int cores = Runtime.getRuntime().availableProcessors();
    mostAhead = cores * AHEAD_PER_CORE;
    ahead = new BackgroundTasks<>("couplet-decoding", cores, unused -> {});
  }

  /**
   * Opens a source.
   *
   * @param except files that are no images, wherever they are
   * @throws InvalidInputException if the source can't be used
   */
  static DecodedImages open(
      ImageSelection images,
      List<Path> except,
      boolean strict,
      PictureReading reading,
      UnaryOperator<Picture> fit,
      Runnable waiting)
      throws IOException {
    return new DecodedImages(
        images.source(),
        ImageSources.open(images, except),
        strict,
        reading,
        fit,
        waiting,
        Runtime.getRuntime().maxMemory() / MEMORY_SHARE,
        PictureDecoder.MAXIMUM_SECONDS);
  }

  /**
   * Opens a source, or a picture.
   *
   * @param reading what becomes of orientation and transparency
   * @param fit what to do to each picture, on the thread that decodes it
   * @throws InvalidInputException if the source can't be used
   */
  public static DecodedImages alsoOne(
      ImageSelection images, PictureReading reading, UnaryOperator<Picture> fit)
      throws IOException {
    return new DecodedImages(
        images.source(),
        ImageSources.openAlsoOne(images),
        false,
        reading,
        fit,
        () -> {},
        Runtime.getRuntime().maxMemory() / MEMORY_SHARE,
        PictureDecoder.MAXIMUM_SECONDS);
  }

  /**
   * Opens a source whose images are taken as they are stored, all with {@link #channels} channels.
   *
   * @throws InvalidInputException if the source can't be used
   */
  public static DecodedImages asStored(ImageSelection images, boolean strict) throws IOException {
    ImageSource source = ImageSources.open(images, List.of());
    return new DecodedImages(
        images.source(),
        source,
        strict,
        PictureReading.AS_STORED,
        picture -> picture.withChannels(source.channels()),
        () -> {},
        Runtime.getRuntime().maxMemory() / MEMORY_SHARE,
        PictureDecoder.MAXIMUM_SECONDS);
  }

  /** Number of images, those among them that can't be taken. */
  public long size() {
    return end - begin;
  }

  /**
   * Leaves only some consecutive images; to be called before the first is taken.
   *
   * @param first index in the source
   * @param count how many
   */
  public synchronized void restrict(long first, long count) throws IOException {
    source.skip(first);
    fetched = first;
    begin = first;
    taken = first;
    end = first + count;
  }

  /** Most colour channels of an image: 1 or 3. */
  public int channels() {
    return source.channels();
  }

  /**
   * The next image; empty at the end.
   *
   * @throws InvalidInputException if it can't be taken and this is strict, or the source is damaged
   */
  public Optional<Decoded> next() throws IOException {
    while (fetched < end && mayFetch()) {
      ImageSource.Item item = source.next();
      undecoded.add(item.bytes());
      undecodedBytes += item.bytes();
      PixelBudget.Share memory = budget.share();
      Task task = new Task(item, fetched++, memory, new PictureDecoder(reading, memory));
      ahead.begin(() -> decode(task));
      tasks.add(task);
    }
    if (tasks.isEmpty()) {
      return Optional.empty();
    }
    undecodedBytes -= undecoded.remove();
    long bytes = 0;
    try {
      Decoded decoded = take(tasks.remove());
      bytes = decoded instanceof Decoded.Image image ? image.pixels().length : 0;
      return Optional.of(decoded);
    } finally {
      passed(bytes);
    }
  }

  private boolean mayFetch() {
    return tasks.isEmpty() || (ahead.pending() < mostAhead && undecodedBytes <= mostBytes);
  }

  private Decoded take(Task oldest) throws IOException {
    while (!ahead.await(TICK)) {
      waiting.run();
      double seconds = oldest.decoder().seconds();
      if (seconds > mostSeconds) {
        oldest.decoder().abort();
      }
      if (seconds > mostSeconds + GRACE_SECONDS) {
        ahead.abandon();
        oldest.memory().close();
        return leftOut(oldest.item().name(), PictureDecoder.tooSlow());
      }
    }
    return ahead.take();
  }

  private Decoded decode(Task task) throws IOException {
    String name = task.item().name();
    Decoded.Image image;
    PixelBudget.Share memory = task.memory();
    try (memory) {
      Picture fitted = fit.apply(task.item().decoding().decode(task.decoder()));
      image = new Decoded.Image(fitted.size(), fitted.toBytes(), fitted.notes());
    } catch (InvalidInputException e) {
      throw e;
    } catch (UnreadableImageException e) {
      return leftOut(name, e);
    } catch (OutOfMemoryError e) {
      return leftOut(
          name, new UnreadableImageException("too large", "too large for Java's memory"));
    } catch (IOException | RuntimeException | Error e) {
      throw new IOException(name + ": " + e.getMessage(), e);
    }
    awaitRoom(image.pixels().length, task.index());
    return image;
  }

  // The image that is to be taken next never waits: those after it may hold all the room. Nor does
  // one that was given up.
  private synchronized void awaitRoom(long bytes, long index) throws IOException {
    while (!closed && waitingBytes + bytes > mostBytes && index > taken) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
    waitingBytes += index >= taken ? bytes : 0;
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

  /** Aborts what is being decoded, waits a few seconds for the threads, and closes the source. */
  @Override
  public void close() throws IOException {
    letAllPass();
    tasks.forEach(task -> task.decoder().abort());
    ahead.close(Duration.ofSeconds(GRACE_SECONDS));
    source.close();
  }

  private synchronized void letAllPass() {
    closed = true;
    notifyAll();
  }
}
