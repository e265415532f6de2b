package org.couplet.image;

import org.couplet.source.ImageSelection;
import org.couplet.source.Labels;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.couplet.io.AtomicFile;
import org.couplet.io.InvalidInputException;
import org.couplet.npy.NpyWriter;
import org.couplet.picture.Picture;
import org.tensorflow.ndarray.Shape;

/**
 * Turns public image sets into the file that training reads: one uint8 {@code .npy} [count, size,
 * size, channels] that appears whole. {@link ImageSelection} says what is read.
 *
 * <p>Each image is cut to its central square and brought to size by the mean over areas (smaller)
 * or Lanczos' kernel (larger). All cores decode, large photographs as many at a time as memory has
 * room for; the order is the source's.
 */
public final class Importer {
  private static final int MAXIMUM_SIZE = 4096;

  private final ImportRequest request;
  private final ImportListener listener;
  private final List<String> skipped = new ArrayList<>();
  private final BitSet taken = new BitSet();
  private int done;

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
    try (DecodedImages images =
        DecodedImages.open(request.images(), request.output(), request.strict(), this::fitted)) {
      listener.started(images.size());
      long[] written = {0};
      AtomicReference<Optional<Labels>> labels = new AtomicReference<>(Optional.empty());
      AtomicFile.create(
          request.output(),
          partial -> {
            Shape shape = Shape.of(request.size(), request.size(), images.channels());
            try (NpyWriter out = new NpyWriter(partial, shape)) {
              writeAll(images, out);
              written[0] = out.count();
            }
            if (written[0] == 0) {
              throw new InvalidInputException(
                  "%s: none of the %d images can be taken"
                      .formatted(request.images().source(), done));
            }
            labels.set(images.labels(taken));
            // Never old labels beside new images: they go when the new ones are safe on disk.
            AtomicFile.force(partial);
            Labels.deleteBeside(request.output());
          });
      if (labels.get().isPresent()) {
        labels.get().get().writeBeside(request.output());
      }
      return new ImportReport(written[0], images.channels(), List.copyOf(skipped));
    }
  }

  private Picture fitted(Picture picture) {
    return picture.centreSquare().resized(request.size(), request.size());
  }

  private void writeAll(DecodedImages images, NpyWriter out) throws IOException {
    for (Optional<Decoded> next = images.next(); next.isPresent(); next = images.next()) {
      if (next.get() instanceof Decoded.Image image) {
        out.write(image.pixels());
        taken.set(done);
      } else if (next.get() instanceof Decoded.LeftOut leftOut) {
        skipped.add(leftOut.name());
        listener.skipped("%s: %s, skipped".formatted(leftOut.name(), leftOut.message()));
      }
      done++;
      listener.done(done);
    }
  }
}
