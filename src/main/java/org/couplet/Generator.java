package org.couplet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.couplet.command.SelfTests;
import org.couplet.contract.Contract;
import org.couplet.editing.ArrayEditing;
import org.couplet.io.InvalidInputException;
import org.couplet.program.Bytes;
import org.couplet.program.SamplingProgram;
import org.couplet.sampling.ChosenClasses;
import org.couplet.sampling.SampleLevels;
import org.couplet.serving.VersionFolders;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TUint8;

/**
 * Draws images from a model that {@code couplet export} wrote.
 *
 * <pre>{@code
 * try (Generator generator = Generator.load(Path.of("savedmodels/quickstart"))) {
 *   List<BufferedImage> images = generator.sample(64, 1); // One step.
 *   List<BufferedImage> better = generator.sample(64, 1, generator.levels(2)); // Two steps.
 *   byte[] pixels = generator.samplePixels(64, 1); // [64, height, width, channels]
 * }
 * }</pre>
 *
 * <p>For a given model and noise levels an image depends on the seed and its index alone. {@code
 * sample(count, seed)} has the pixels that {@code couplet sample --count count --seed seed} writes
 * as an array or a folder, bit for bit on the same machine.
 *
 * <p>Threads may share a generator. Of TensorFlow's memory only that of 100 images at a time is
 * taken, for each call. Score models are followed with Heun's solver.
 */
public final class Generator implements AutoCloseable {
  private final Path model;
  private final SamplingProgram program;
  private final int height;
  private final int width;
  private final int channels;
  // Calls share it; close() waits for what they are at.
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private volatile boolean closed;
  private boolean freed;

  private Generator(Path model, SamplingProgram program) {
    this.model = model;
    this.program = program;
    Shape image = program.elementShape();
    height = (int) image.get(0);
    width = (int) image.get(1);
    channels = (int) image.get(2);
  }

  /**
   * Loads a model, which takes seconds.
   *
   * @param model a folder written by {@code couplet export}, or one of numbered versions, of which
   *     the newest is taken
   * @throws IllegalArgumentException if there is no such model, or its samples are not images
   * @throws IOException if it can't be read
   */
  public static Generator load(Path model) throws IOException {
    return Failures.translated(
        () -> {
          Path newest =
              VersionFolders.newest(model)
                  .orElseThrow(
                      () ->
                          new InvalidInputException(
                              model
                                  + ": no exported model is there (saved_model.pb is missing); give"
                                  + " a folder that `couplet export` wrote"));
          SamplingProgram program = SamplingProgram.load(newest, 0);
          if (!program.makesImages()) {
            program.close();
            throw new InvalidInputException(
                model + ": samples are points, not images; draw them with `couplet sample`");
          }
          return new Generator(newest, program);
        });
  }

  /**
   * Checks that TensorFlow computes what the model needs correctly on this machine, which it does
   * not on some processors. The first time it takes seconds; the result is then kept in the user's
   * cache ({@code $XDG_CACHE_HOME/couplet}, or {@code ~/.cache/couplet}).
   *
   * @throws CoupletException if the model's images would be wrong; the message says with which
   *     variable in its environment Java must be started, if one is known to help
   * @throws IOException if the model's folder can't be read any more
   * @throws IllegalArgumentException if the self-test can't follow the model's graph
   * @throws IllegalStateException if the generator is closed
   */
  public void selfTest() throws IOException {
    lock.readLock().lock();
    try {
      requireOpen();
      Failures.translated(
          () -> {
            SelfTests tests =
                SelfTests.of(true, new PrintStream(OutputStream.nullOutputStream(), false, UTF_8));
            if (tests.sampling(model, Contract.SERVE_TAG, 0).isEmpty()) {
              // It leaves a model that is not there to whoever loads it; this one is loaded.
              throw new NoSuchFileException(model.toString());
            }
            return tests;
          });
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Height of an image, in pixels. */
  public int height() {
    return height;
  }

  /** Width of an image, in pixels. */
  public int width() {
    return width;
  }

  /** Channels of an image: 1 (grey) or 3 (red, green, blue). */
  public int channels() {
    return channels;
  }

  /**
   * Noise levels that suit the model, as {@code couplet sample --steps} chooses them.
   *
   * @param steps how many: 1 to 100 for a consistency model, at least 2 for a score model
   * @return falling from the model's highest level
   * @throws IllegalArgumentException if the model does not take so many steps
   */
  public double[] levels(int steps) {
    return use(
        () -> {
          int least = SampleLevels.leastSteps(program);
          int most = SampleLevels.mostSteps(program);
          if (steps < least || steps > most) {
            throw new IllegalArgumentException(
                "steps: %d is not a number from %d to %d".formatted(steps, least, most));
          }
          return SampleLevels.of(program, steps).stream().mapToDouble(level -> level).toArray();
        });
  }

  /**
   * Noise levels for an edit that begins at one, as {@code couplet edit --sigma --steps} chooses
   * them.
   *
   * @param sigma the first, above the model's lowest level and up to its highest
   * @param steps how many: 1 to 100
   * @throws IllegalArgumentException if they are not in these ranges
   */
  public double[] levels(double sigma, int steps) {
    return use(
        () -> {
          if (!(sigma > (float) program.sigmaMin() && sigma <= (float) program.sigmaMax())) {
            throw new IllegalArgumentException(
                "sigma: %s is not above %s and up to %s"
                    .formatted(sigma, (float) program.sigmaMin(), (float) program.sigmaMax()));
          }
          if (steps < 1 || steps > SampleLevels.MOST_ESTIMATES) {
            throw new IllegalArgumentException(
                "steps: %d is not a number from 1 to %d"
                    .formatted(steps, SampleLevels.MOST_ESTIMATES));
          }
          return SampleLevels.from(program, sigma, steps).stream()
              .mapToDouble(level -> level)
              .toArray();
        });
  }

  /**
   * Draws images.
   *
   * @param count how many, at least 1
   * @param seed of the noise
   * @param sigmas noise levels, falling from the model's highest, a network call at each (a score
   *     model: two); none: one call of a consistency model, 18 levels of a score model
   * @return {@link BufferedImage#TYPE_INT_RGB}, grey where the model has one channel
   * @throws IllegalArgumentException if there are none to draw, or the levels don't fit the model
   * @throws IllegalStateException if the generator is closed, or is while this is under way
   * @throws CoupletException if TensorFlow fails, such as where memory is short
   */
  public List<BufferedImage> sample(int count, long seed, double... sigmas) {
    return images(program, count, seed, sigmas);
  }

  /**
   * Draws images of some classes; otherwise as {@link #sample(int, long, double...)}.
   *
   * @param classes names out of {@link #classes}, which the images take in turn
   * @throws IllegalArgumentException also if one is not a class of the model
   */
  public List<BufferedImage> sample(int count, long seed, List<String> classes, double... sigmas) {
    return images(of(classes), count, seed, sigmas);
  }

  /** The classes of the model, by name, in the order of their numbers; none of a model without. */
  public List<String> classes() {
    return use(program::classes);
  }

  /**
   * Edits images, as {@code couplet edit} does. Image i gets row i of the seed's noise.
   *
   * @param images [count, height, width, channels], row-major, in [-1, 1] (noisy ones may be
   *     beyond); {@link ImageEdit} says of which size
   * @param seed of the noise
   * @param sigmas noise levels, falling, a network call at each: of {@code inpaint}, {@code
   *     colorize} and {@code upscale} from the model's highest (none: 40 levels); of {@code stroke}
   *     and {@code denoise} from the noise that images get or have, see {@link #levels(double,
   *     int)}
   * @return [count, {@link #height}, {@link #width}, {@link #channels}], in [-1, 1]
   * @throws IllegalArgumentException if the images, the levels or the model don't suit the edit: a
   *     score model can only denoise, in one step
   * @throws IllegalStateException if the generator is closed, or is while this is under way
   * @throws CoupletException if TensorFlow fails, such as where memory is short
   */
  public float[] edit(ImageEdit edit, float[] images, long seed, double... sigmas) {
    if (!classes().isEmpty()) {
      throw new IllegalArgumentException(
          "classes: are missing, and the model makes images of a class; name that of the images");
    }
    return edited(program, edit, images, seed, sigmas);
  }

  /**
   * Edits images of some classes; otherwise as {@link #edit(ImageEdit, float[], long, double...)}.
   *
   * @param classes names out of {@link #classes}, which the images have in turn
   */
  public float[] edit(
      ImageEdit edit, float[] images, long seed, List<String> classes, double... sigmas) {
    return edited(of(classes), edit, images, seed, sigmas);
  }

  private float[] edited(
      SamplingProgram chosen, ImageEdit edit, float[] images, long seed, double[] sigmas) {
    List<Double> levels = Arrays.stream(sigmas).boxed().toList();
    return use(
        () ->
            new ArrayEditing(chosen, edit.name(), edit.edit(), levels)
                .edited(images, seed, this::requireOpen)); // close() waits for one batch.
  }

  private SamplingProgram of(List<String> classes) {
    return use(
        () -> program.with(ChosenClasses.of(classes, "classes", program.classes(), "classes()")));
  }

  private List<BufferedImage> images(
      SamplingProgram chosen, int count, long seed, double[] sigmas) {
    List<BufferedImage> images = new ArrayList<>();
    draw(
        chosen,
        count,
        seed,
        sigmas,
        (first, pixels) -> {
          for (int at = 0; at < pixels.length; at += imageSize()) {
            images.add(image(pixels, at));
          }
        });
    return images;
  }

  /**
   * Draws images as an array; otherwise as {@link #sample}.
   *
   * @return unsigned bytes of the shape [count, {@link #height}, {@link #width}, {@link
   *     #channels}], row-major; at most 2 GiB
   */
  public byte[] samplePixels(int count, long seed, double... sigmas) {
    return pixels(program, count, seed, sigmas);
  }

  /** Draws images of some classes as an array; otherwise as the methods above. */
  public byte[] samplePixels(int count, long seed, List<String> classes, double... sigmas) {
    return pixels(of(classes), count, seed, sigmas);
  }

  private byte[] pixels(SamplingProgram chosen, int count, long seed, double[] sigmas) {
    if ((long) count * imageSize() > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "count: %d images are more than an array holds; draw at most %d"
              .formatted(count, (Integer.MAX_VALUE - 8) / imageSize()));
    }
    byte[] all = new byte[Math.max(0, count) * imageSize()];
    draw(
        chosen,
        count,
        seed,
        sigmas,
        (first, pixels) -> System.arraycopy(pixels, 0, all, first * imageSize(), pixels.length));
    return all;
  }

  private interface Sink {
    void accept(int first, byte[] pixels);
  }

  // In the parts that the command draws, whose last digits others might not have.
  private void draw(SamplingProgram chosen, int count, long seed, double[] sigmas, Sink sink) {
    if (count < 1) {
      throw new IllegalArgumentException("count: must be at least 1, got " + count);
    }
    List<Double> given = Arrays.stream(sigmas).boxed().toList();
    List<Double> levels =
        use(
            () -> {
              program.checkSigmas(given);
              return given.isEmpty() ? SampleLevels.of(program) : given;
            });
    for (int first = 0; first < count; first += Contract.SAMPLES_AT_ONCE) {
      int from = first;
      int rows = Math.min(Contract.SAMPLES_AT_ONCE, count - first);
      sink.accept(
          first,
          use(
              () -> {
                try (TUint8 images = chosen.images(seed, from, rows, levels)) {
                  return Bytes.of(images);
                }
              }));
    }
  }

  private int imageSize() {
    return height * width * channels;
  }

  private BufferedImage image(byte[] pixels, int from) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    int at = from;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++, at += channels) {
        int red = pixels[at] & 0xff;
        int green = channels == 1 ? red : pixels[at + 1] & 0xff;
        int blue = channels == 1 ? red : pixels[at + 2] & 0xff;
        image.setRGB(x, y, red << 16 | green << 8 | blue);
      }
    }
    return image;
  }

  private <T> T use(Failures.Work<T> work) {
    lock.readLock().lock();
    try {
      requireOpen();
      return Failures.translated(work);
    } catch (IOException e) {
      // No file is read after the model has been loaded.
      throw new IllegalStateException(e);
    } finally {
      lock.readLock().unlock();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the generator is closed");
    }
  }

  /**
   * Frees the model's memory. Calls of other threads end with an {@link IllegalStateException},
   * after at most 100 images more, and this waits for them.
   */
  @Override
  public void close() {
    closed = true;
    lock.writeLock().lock();
    try {
      if (!freed) {
        freed = true;
        program.close();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
