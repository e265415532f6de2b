package org.couplet.evaluation;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.couplet.io.AtomicFile;
import org.couplet.io.InvalidInputException;
import org.couplet.metric.FeatureStatistics;
import org.couplet.metric.InceptionScore;
import org.couplet.metric.ShardFeatures;
import org.couplet.npy.NpyReader;
import org.couplet.npy.NpyType;
import org.couplet.npy.NpzFile;
import org.couplet.npy.NpzWriter;
import org.couplet.report.Json;
import org.tensorflow.ndarray.Shape;

/**
 * What one shard measured, an {@code .npz} file: {@code shard} (uint8, the header as JSON), {@code
 * mean} [d] and {@code scatter} [d, d] (float64), and, where metrics need them, {@code slots} [n]
 * (int64) with {@code rows} [n, d] (float32), and {@code classes} [10, c + 1] (float64).
 */
public final class ShardFile {
  private static final String HEADER = "shard";
  private static final int FORMAT = 1;

  private ShardFile() {}

  /**
   * Of which shard of what it is.
   *
   * @param format of the file
   * @param index of the shard, from 0
   * @param of number of shards
   * @param rows images of this shard
   * @param dimension number of features
   * @param classes of the sums of the inception score; 0: none
   * @param keepsRows whether it has the rows that KID and others need
   * @param keptRows number of rows in the file
   * @param identity what must be the same in all shards, by names that users read
   * @param extractor the feature network's SHA-256, in hexadecimal digits
   * @param images that were looked at
   * @param numbers of the side, as of {@link FidSource.Side}
   * @param description of the side, as of {@link FidSource.Side}
   */
  public record Header(
      int format,
      int index,
      int of,
      long rows,
      int dimension,
      int classes,
      boolean keepsRows,
      int keptRows,
      Map<String, String> identity,
      String extractor,
      Images images,
      JsonObject numbers,
      String description) {}

  /**
   * The images that a shard looked at.
   *
   * @param total of all shards
   * @param leftOut those of this shard that could not be taken
   * @param size what all that were taken have in common; empty if they have several sizes
   */
  record Images(long total, long leftOut, String size) {}

  /** Writes a file, whole or not at all. */
  static void write(Path file, Header header, ShardFeatures features) throws IOException {
    byte[] json = Json.GSON.toJson(header).getBytes(StandardCharsets.UTF_8);
    int size = header.dimension;
    AtomicFile.write(
        file,
        out -> {
          try (NpzWriter npz = new NpzWriter(out)) {
            try (OutputStream values = npz.begin(HEADER, NpyType.U1, Shape.of(json.length))) {
              values.write(json);
            }
            doubles(npz, "mean", Shape.of(size), features.moments().mean());
            doubles(npz, "scatter", Shape.of(size, size), features.moments().scatter());
            if (features.classes().isPresent()) {
              double[][] sums = features.classes().get();
              try (OutputStream values =
                  npz.begin("classes", NpyType.F8, Shape.of(sums.length, sums[0].length))) {
                for (double[] sum : sums) {
                  values.write(bytes(sum, 0, sum.length));
                }
              }
            }
            if (header.keptRows > 0) {
              rows(npz, features.rows().orElseThrow(), size);
            }
          }
        });
  }

  private static void rows(NpzWriter npz, ShardFeatures.KeptRows rows, int size)
      throws IOException {
    int count = rows.slots().length;
    try (OutputStream values = npz.begin("slots", NpyType.I8, Shape.of(count))) {
      ByteBuffer bytes = ByteBuffer.allocate(8 * count).order(ByteOrder.LITTLE_ENDIAN);
      for (int slot : rows.slots()) {
        bytes.putLong(slot);
      }
      values.write(bytes.array());
    }
    try (OutputStream values = npz.begin("rows", NpyType.F4, Shape.of(count, size))) {
      for (int row = 0; row < count; row++) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * size).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(rows.values(), row * size, size);
        values.write(bytes.array());
      }
    }
  }

  private static void doubles(NpzWriter npz, String name, Shape shape, double[] array)
      throws IOException {
    int row = (int) shape.get(shape.numDimensions() - 1);
    try (OutputStream values = npz.begin(name, NpyType.F8, shape)) {
      for (int from = 0; from < array.length; from += row) {
        values.write(bytes(array, from, row));
      }
    }
  }

  private static byte[] bytes(double[] array, int from, int count) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * count).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asDoubleBuffer().put(array, from, count);
    return bytes.array();
  }

  /**
   * Reads what a file is of.
   *
   * @throws InvalidInputException if no shard wrote it
   */
  static Header header(Path file) throws IOException {
    try (NpzFile npz = NpzFile.open(file)) {
      if (!npz.names().contains(HEADER)) {
        throw new InvalidInputException(
            file + ": was not written by `couplet fid --shard`; name the files of its --output");
      }
      try (NpyReader array = npz.array(HEADER)) {
        byte[] json = new byte[(int) array.header().size()];
        array.next(json.length).get(json);
        Header header = Json.GSON.fromJson(new String(json, StandardCharsets.UTF_8), Header.class);
        if (header == null
            || header.format != FORMAT
            || header.identity == null
            || header.images == null) {
          throw new InvalidInputException(
              file + ": is a shard of another version of Couplet; measure it again with this one");
        }
        return header;
      } catch (JsonParseException e) {
        throw new InvalidInputException(file + ": its header is damaged; measure it again", e);
      }
    }
  }

  /** The format that is written. */
  static int format() {
    return FORMAT;
  }

  /** Reads what it measured. */
  static ShardFeatures read(Path file, Header header) throws IOException {
    int size = header.dimension;
    try (NpzFile npz = NpzFile.open(file)) {
      double[] mean = doubles(npz, "mean", 1, size);
      double[] scatter = doubles(npz, "scatter", size, size);
      Optional<double[][]> classes = Optional.empty();
      if (header.classes > 0) {
        double[] flat = doubles(npz, "classes", InceptionScore.SPLITS, header.classes + 1);
        double[][] sums = new double[InceptionScore.SPLITS][header.classes + 1];
        for (int split = 0; split < sums.length; split++) {
          System.arraycopy(flat, split * sums[split].length, sums[split], 0, sums[split].length);
        }
        classes = Optional.of(sums);
      }
      return new ShardFeatures(
          new FeatureStatistics.Moments(header.rows, mean, scatter),
          header.keepsRows ? Optional.of(rows(npz, header)) : Optional.empty(),
          classes);
    }
  }

  private static ShardFeatures.KeptRows rows(NpzFile npz, Header header) throws IOException {
    if (header.keptRows == 0) {
      return new ShardFeatures.KeptRows(new int[0], new float[0]);
    }
    double[] slots = doubles(npz, "slots", 1, header.keptRows);
    int[] places = new int[slots.length];
    for (int i = 0; i < places.length; i++) {
      places[i] = (int) slots[i];
    }
    float[] values = new float[Math.multiplyExact(header.keptRows, header.dimension)];
    try (NpyReader array = npz.array("rows")) {
      for (int from = 0; from < values.length; from += header.dimension) {
        double[] row = array.nextDoubles(header.dimension);
        for (int i = 0; i < row.length; i++) {
          values[from + i] = (float) row[i];
        }
      }
    }
    return new ShardFeatures.KeptRows(places, values);
  }

  private static double[] doubles(NpzFile npz, String name, int rows, int columns)
      throws IOException {
    double[] values = new double[Math.multiplyExact(rows, columns)];
    try (NpyReader array = npz.array(name)) {
      if (array.header().size() != values.length) {
        throw new InvalidInputException(
            array.where() + ": does not have the shape that its header says; measure it again");
      }
      for (int from = 0; from < values.length; from += columns) {
        System.arraycopy(array.nextDoubles(columns), 0, values, from, columns);
      }
    }
    return values;
  }
}
