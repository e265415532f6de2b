package org.couplet.metric;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipException;
import org.couplet.io.AtomicFile;
import org.couplet.io.InvalidInputException;
import org.couplet.npy.NpyReader;
import org.couplet.npy.NpyType;
import org.couplet.npy.NpzFile;
import org.couplet.npy.NpzWriter;
import org.tensorflow.ndarray.Shape;

/**
 * The statistics of features as tools that measure the Frechet distance keep them (TTUR,
 * pytorch-fid, EDM): an {@code .npz} file with {@code mu} [d] and {@code sigma} [d, d]; files with
 * {@code m} and {@code s} or {@code mean} and {@code cov} in their place are read too. Couplet adds
 * {@code count} [] (int64), the number of images, and {@code extractor_sha256} [32] (uint8), the
 * fingerprint of the network that made the features; others' files lack them, and others' tools
 * pass them over.
 */
public final class StatisticsFile {
  // Couplet's own names first; the others are other tools'.
  private static final List<Names> NAMES =
      List.of(new Names("mu", "sigma"), new Names("m", "s"), new Names("mean", "cov"));
  private static final String COUNT = "count";
  private static final String EXTRACTOR = "extractor_sha256";
  private static final int FINGERPRINT_BYTES = 32;
  private static final long MOST_FEATURES = 46_340; // whose covariances fill a Java array
  // Of the largest covariance. The files may hold single precision.
  private static final double ASYMMETRY = 1e-6;

  private StatisticsFile() {}

  private record Names(String mean, String covariance) {
    boolean areIn(List<String> arrays) {
      return arrays.contains(mean) && arrays.contains(covariance);
    }
  }

  /** Whether a file with these arrays is one of statistics, perhaps one with an array missing. */
  public static boolean isLike(List<String> arrays) {
    boolean half = arrays.contains("mu") || arrays.contains("sigma");
    return half || NAMES.stream().anyMatch(names -> names.areIn(arrays));
  }

  /**
   * What a file holds.
   *
   * @param fit its count is 0 if the file does not say it
   * @param extractor SHA-256 of the network that made the features, in lower-case hexadecimal
   *     digits; empty if the file does not say it
   */
  public record Stored(GaussianFit fit, Optional<String> extractor) {}

  /**
   * Writes a file, replacing what was there; the same statistics make the same bytes.
   *
   * @param fit its count is left out if it is 0
   * @param extractor SHA-256 of the network that made the features, 64 hexadecimal digits
   */
  public static void write(Path file, GaussianFit fit, String extractor) throws IOException {
    byte[] fingerprint = HexFormat.of().parseHex(extractor);
    if (fingerprint.length != FINGERPRINT_BYTES) {
      throw new IllegalArgumentException("no SHA-256: " + extractor);
    }
    int size = fit.dimension();
    AtomicFile.write(
        file,
        out -> {
          try (NpzWriter npz = new NpzWriter(out)) {
            Names own = NAMES.get(0);
            writeDoubles(npz, own.mean(), Shape.of(size), fit.mean());
            writeDoubles(npz, own.covariance(), Shape.of(size, size), fit.covariance());
            if (fit.count() > 0) {
              try (OutputStream values = npz.begin(COUNT, NpyType.I8, Shape.scalar())) {
                ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
                values.write(bytes.putLong(fit.count()).array());
              }
            }
            try (OutputStream values =
                npz.begin(EXTRACTOR, NpyType.U1, Shape.of(FINGERPRINT_BYTES))) {
              values.write(fingerprint);
            }
          }
        });
  }

  private static void writeDoubles(NpzWriter npz, String name, Shape shape, double[] array)
      throws IOException {
    // A row at a time: the covariances are large.
    int row = (int) shape.get(shape.numDimensions() - 1);
    try (OutputStream values = npz.begin(name, NpyType.F8, shape)) {
      for (int from = 0; from < array.length; from += row) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * row).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asDoubleBuffer().put(array, from, row);
        values.write(bytes.array());
      }
    }
  }

  /**
   * Reads a file, Couplet's or another tool's, in double or single precision.
   *
   * @throws InvalidInputException if it holds no such statistics
   */
  public static Stored read(Path file) throws IOException {
    try (NpzFile npz = NpzFile.open(file)) {
      List<String> names = npz.names();
      Names known =
          NAMES.stream()
              .filter(each -> each.areIn(names))
              .findFirst()
              .orElseThrow(
                  () ->
                      new InvalidInputException(
                          "%s: no statistics of features: it needs arrays mu and sigma, and has %s"
                              .formatted(
                                  file, names.isEmpty() ? "none" : String.join(", ", names))));
      double[] mean = mean(npz, known.mean());
      double[] covariance = covariance(npz, known, mean.length);
      long count = names.contains(COUNT) ? count(npz) : 0;
      Optional<String> extractor =
          names.contains(EXTRACTOR) ? Optional.of(extractor(npz)) : Optional.empty();
      return new Stored(new GaussianFit(count, mean, covariance), extractor);
    } catch (ZipException | EOFException e) {
      throw new InvalidInputException(
          file + ": damaged .npz file (" + e.getMessage() + "); fetch or save it again", e);
    }
  }

  private static double[] mean(NpzFile npz, String name) throws IOException {
    try (NpyReader array = npz.array(name)) {
      Shape shape = array.header().shape();
      // [d], or [1, d] as numpy.mean(..., keepdims=True) makes it.
      long size = shape.size();
      boolean row = shape.numDimensions() == 2 && shape.get(0) == 1;
      if (!(shape.numDimensions() == 1 || row) || size < 1 || size > MOST_FEATURES) {
        throw wrong(array, "its shape is " + words(shape) + ", not [d] with d up to 46,340");
      }
      return finite(array, (int) size);
    }
  }

  private static double[] covariance(NpzFile npz, Names names, int size) throws IOException {
    double largest = 0;
    try (NpyReader array = npz.array(names.covariance())) {
      Shape shape = array.header().shape();
      if (!shape.equals(Shape.of(size, size))) {
        throw wrong(
            array,
            "its shape is %s; that of %s asks for [%d, %d]"
                .formatted(words(shape), names.mean(), size, size));
      }
      double[] covariance = new double[size * size];
      for (int row = 0; row < size; row++) {
        double[] values = finite(array, size);
        System.arraycopy(values, 0, covariance, row * size, size);
        for (double value : values) {
          largest = Math.max(largest, Math.abs(value));
        }
      }
      requireCovariance(array, covariance, size, ASYMMETRY * largest);
      return covariance;
    }
  }

  private static void requireCovariance(
      NpyReader array, double[] covariance, int size, double tolerance) {
    for (int i = 0; i < size; i++) {
      if (covariance[i * size + i] < -tolerance) {
        throw wrong(array, "no covariance: a variance is below 0 at [%d, %d]".formatted(i, i));
      }
      for (int j = 0; j < i; j++) {
        if (Math.abs(covariance[i * size + j] - covariance[j * size + i]) > tolerance) {
          throw wrong(array, "not symmetric at [%d, %d]".formatted(i, j));
        }
      }
    }
  }

  private static double[] finite(NpyReader array, int count) throws IOException {
    double[] values = array.nextDoubles(count);
    for (double value : values) {
      if (!Double.isFinite(value)) {
        throw wrong(array, "a value is not a finite number");
      }
    }
    return values;
  }

  private static long count(NpzFile npz) throws IOException {
    try (NpyReader array = npz.array(COUNT)) {
      if (array.header().size() != 1 || array.header().type().isFloat()) {
        throw wrong(array, "not one whole number");
      }
      long count = (long) array.nextDoubles(1)[0];
      if (count < 0) {
        throw wrong(array, count + " images");
      }
      return count;
    }
  }

  private static String extractor(NpzFile npz) throws IOException {
    try (NpyReader array = npz.array(EXTRACTOR)) {
      boolean bytes = array.header().type() == NpyType.U1;
      if (!bytes || !array.header().shape().equals(Shape.of(FINGERPRINT_BYTES))) {
        throw wrong(array, "not 32 bytes (uint8)");
      }
      byte[] fingerprint = new byte[FINGERPRINT_BYTES];
      array.next(FINGERPRINT_BYTES).get(fingerprint);
      return HexFormat.of().formatHex(fingerprint);
    }
  }

  private static InvalidInputException wrong(NpyReader array, String what) {
    return new InvalidInputException(
        array.where() + ": " + what + "; make the statistics again with the tool they came from");
  }

  private static String words(Shape shape) {
    return Arrays.toString(shape.asArray());
  }
}
