package org.couplet.data;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.couplet.io.InvalidInputException;
import org.couplet.io.WholeFile;
import org.tensorflow.ndarray.Shape;

/**
 * Turns public image sets into the file that training reads: one uint8 {@code .npy} [count, size,
 * size, channels] that appears whole. What the source is, its content tells:
 *
 * <ul>
 *   <li>CIFAR-10's binary archive (tar.gz, tar) or its unpacked folder;
 *   <li>a folder or a zip of PNG or JPEG files, sub folders included, sorted by path ({@link
 *       PictureDecoder} says how colours are read; the output has 3 channels);
 *   <li>downsampled ImageNet's {@code .npz} batches ({@code data} [n, 3 s s]), one file or a folder
 *       of them in the order of their numbers;
 *   <li>other {@code .npy} and {@code .npz} arrays ({@link ArrayLayout}, {@link ValueRange}).
 * </ul>
 *
 * Each image is cut to its central square and brought to size by the mean over areas (smaller) or
 * Lanczos' kernel (larger). All cores decode, large photographs as many at a time as memory has
 * room for; the order is the source's.
 */
public final class Importer {
  private static final int MAXIMUM_SIZE = 4096;
  private static final int AHEAD_PER_CORE = 8;

  private final ImportRequest request;
  private final ImportListener listener;
  private final List<String> skipped = new ArrayList<>();
  private final Deque<Pending> ahead = new ArrayDeque<>();
  private final PixelBudget budget = PixelBudget.ofMemory();
  private long done;

  private record Pending(String name, Future<byte[]> bytes) {}

  private Importer(ImportRequest request, ImportListener listener) {
    this.request = request;
    this.listener = listener;
  }

  /**
   * Converts.
   *
   * @throws InvalidInputException if the source can't be used, or an image is corrupt and the
   *     request is strict; no file appears then
   */
  public static ImportReport run(ImportRequest request, ImportListener listener)
      throws IOException {
    if (request.size() < 1 || request.size() > MAXIMUM_SIZE) {
      throw new InvalidInputException(
          "--size %d: give 1 to %d pixels".formatted(request.size(), MAXIMUM_SIZE));
    }
    if (!request.output().toString().endsWith(".npy")) {
      throw new InvalidInputException(
          "--output %s: give a name that ends in .npy".formatted(request.output()));
    }
    return new Importer(request, listener).convert();
  }

  private ImportReport convert() throws IOException {
    try (ImageSource source = ImageSources.open(request)) {
      listener.started(source.size());
      long[] written = {0};
      WholeFile.create(
          request.output(),
          partial -> {
            Shape shape = Shape.of(request.size(), request.size(), source.channels());
            try (NpyWriter out = new NpyWriter(partial, shape)) {
              writeAll(source, out);
              written[0] = out.count();
            }
            if (written[0] == 0) {
              throw new InvalidInputException(
                  "%s: all %d images are corrupt".formatted(request.source(), done));
            }
          });
      return new ImportReport(written[0], source.channels(), List.copyOf(skipped));
    }
  }

  private void writeAll(ImageSource source, NpyWriter out) throws IOException {
    int cores = Runtime.getRuntime().availableProcessors();
    ExecutorService workers = Executors.newFixedThreadPool(cores, Importer::worker);
    try {
      for (long image = 0; image < source.size(); image++) {
        if (ahead.size() == cores * AHEAD_PER_CORE) {
          writeFirst(out);
        }
        ImageSource.Item item = source.next();
        ahead.add(new Pending(item.name(), workers.submit(() -> bytes(item))));
      }
      while (!ahead.isEmpty()) {
        writeFirst(out);
      }
    } finally {
      workers.shutdownNow();
    }
  }

  private static Thread worker(Runnable task) {
    Thread thread = new Thread(task, "couplet-import");
    thread.setDaemon(true);
    return thread;
  }

  private byte[] bytes(ImageSource.Item item) throws IOException {
    try (PixelBudget.Share memory = budget.share()) {
      Picture picture = item.decoding().decode(memory);
      return picture.centreSquare().resized(request.size(), request.size()).toBytes();
    }
  }

  private void writeFirst(NpyWriter out) throws IOException {
    Pending first = ahead.remove();
    try {
      out.write(first.bytes.get());
    } catch (ExecutionException e) {
      handle(first.name, Objects.requireNonNullElse(e.getCause(), e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    done++;
    listener.done(done);
  }

  private void handle(String name, Throwable failure) throws IOException {
    if (failure instanceof CorruptImageException corrupt) {
      String line = "%s: corrupt image (%s)".formatted(name, corrupt.getMessage());
      if (request.strict()) {
        throw new InvalidInputException(
            "%s: %s; mend or remove it, or leave --strict out".formatted(request.source(), line),
            corrupt);
      }
      skipped.add(name);
      listener.skipped(line + ", skipped");
    } else if (failure instanceof InvalidInputException invalid) {
      throw invalid;
    } else {
      throw new IOException(name + ": " + failure.getMessage(), failure);
    }
  }
}
