package org.couplet.image;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.couplet.io.AtomicFile;
import org.couplet.io.FileFailure;
import org.couplet.io.InvalidInputException;
import org.couplet.npy.NpyWriter;
import org.couplet.picture.ImageSize;
import org.couplet.picture.Picture;
import org.couplet.picture.PictureTrait;
import org.couplet.source.ImageSelection;
import org.couplet.source.Labels;
import org.tensorflow.ndarray.Shape;

/**
 * Turns public image sets into the file that training reads: one uint8 {@code .npy} [count, size,
 * size, channels] that appears whole, with its labels and a report. {@link ImageSelection} says
 * what is read.
 *
 * <p>Each image is cut to its central square and brought to size by the mean over areas (smaller)
 * or Lanczos' kernel (larger). All cores decode, large photographs as many at a time as memory has
 * room for; the order is the source's. The images are read once: while all are grey, one channel is
 * written, and the first coloured image widens what was written to three.
 */
public final class Importer {
  private static final int MAXIMUM_SIZE = 4096;
  // Beyond these the output is not what its size or its source promise.
  private static final int ENLARGED = 2;
  private static final int STRIP = 3;

  private final ImportRequest request;
  private final ImportListener listener;
  private final SourceTally tally = new SourceTally();
  private final BitSet taken = new BitSet();
  private Optional<Labels> labels = Optional.empty();
  private int channels;
  private int done;

  private Importer(ImportRequest request, ImportListener listener) {
    this.request = request;
    this.listener = listener;
    this.channels = request.channels().orElse(1);
  }

  /**
   * Converts.
   *
   * @throws InvalidInputException if the source can't be used, or an image can't be taken and the
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
        DecodedImages.open(
            request.images(),
            outputs(request.output()),
            request.strict(),
            request.reading(),
            this::fitted,
            listener::waiting)) {
      listener.started(images.size());
      FileFailure.needing(
          () -> images.size() * shape().size(),
          () ->
              AtomicFile.replaceTogether(
                  outputs(request.output()), folder -> write(images, folder)));
      return report();
    }
  }

  /**
   * The files that a conversion writes: the images, and beside them their labels and the names of
   * the classes, if there are any, and the report.
   */
  public static List<Path> outputs(Path images) {
    List<Path> files = new ArrayList<>(List.of(images));
    files.addAll(Labels.filesBeside(images));
    files.add(ImportReport.fileBeside(images));
    return files;
  }

  private void write(DecodedImages images, Path folder) throws IOException {
    Path file = folder.resolve(String.valueOf(request.output().getFileName()));
    writeImages(images, file);
    labels = images.labels(taken);
    if (labels.isPresent()) {
      labels.get().writeBeside(file);
    }
    AtomicFile.write(ImportReport.fileBeside(file), report().text(request));
  }

  private ImportReport report() {
    SourceReport report = tally.report();
    return new ImportReport(report.taken(), channels, labels, report);
  }

  private Picture fitted(Picture picture) {
    ImageSize size = picture.size();
    int least = Math.min(size.height(), size.width());
    Picture fitted = picture.centreSquare().resized(request.size(), request.size());
    if (request.size() > ENLARGED * least) {
      fitted = fitted.with(PictureTrait.ENLARGED);
    }
    if (Math.max(size.height(), size.width()) > STRIP * (long) least) {
      fitted = fitted.with(PictureTrait.STRIP);
    }
    return request.channels().map(fitted::withChannels).orElse(fitted);
  }

  private void writeImages(DecodedImages images, Path file) throws IOException {
    try (NpyWriter out = new NpyWriter(file, shape())) {
      for (Optional<Decoded> next = images.next(); next.isPresent(); next = images.next()) {
        tally.add(next.get());
        if (next.get() instanceof Decoded.Image image) {
          write(image, out);
          taken.set(done);
        } else if (next.get() instanceof Decoded.LeftOut image) {
          listener.skipped("%s: %s, skipped".formatted(image.name(), image.message()));
        }
        done++;
        listener.done(done);
      }
      if (out.count() == 0) {
        throw new InvalidInputException(
            "%s: none of the %d images can be taken".formatted(request.images().source(), done));
      }
    }
  }

  private void write(Decoded.Image image, NpyWriter out) throws IOException {
    if (image.channels() > channels) {
      channels = image.channels();
      out.widen(shape());
    }
    out.write(image.channels() < channels ? repeated(image.pixels(), channels) : image.pixels());
  }

  private Shape shape() {
    return Shape.of(request.size(), request.size(), channels);
  }

  private static byte[] repeated(byte[] values, int times) {
    byte[] result = new byte[values.length * times];
    for (int i = 0; i < result.length; i++) {
      result[i] = values[i / times];
    }
    return result;
  }
}
