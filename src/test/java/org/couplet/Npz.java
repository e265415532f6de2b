package org.couplet;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Reads the reference arrays of the tests: NumPy's npz archives, little-endian, row-major. */
public final class Npz {
  private static final Pattern DTYPE = Pattern.compile("'descr':\\s*'([^']+)'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order':\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape':\\s*\\(([^)]*)\\)");

  private Npz() {}

  /** All arrays of a class path resource such as {@code reference/schedules.npz}, by name. */
  public static Map<String, Array> read(String resource) {
    try (InputStream in = Npz.class.getClassLoader().getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalArgumentException("no resource " + resource);
      }
      return read(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All arrays of a file, by name. */
  public static Map<String, Array> read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return read(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The array of that name; a wrong name fails the test by name. */
  public static Array get(Map<String, Array> arrays, String name) {
    Array array = arrays.get(name);
    if (array == null) {
      throw new IllegalArgumentException("no array " + name + " among " + arrays.keySet());
    }
    return array;
  }

  private static Map<String, Array> read(InputStream in) throws IOException {
    Map<String, Array> arrays = new LinkedHashMap<>();
    ZipInputStream zip = new ZipInputStream(in);
    for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
      String name = entry.getName().replaceFirst("\\.npy$", "");
      arrays.put(name, parse(zip.readAllBytes()));
    }
    return arrays;
  }

  // Format: magic (6 bytes), version (2), header length (2 bytes, 4 from version 2), header, data.
  private static Array parse(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int headerLength = bytes.get(6) == 1 ? bytes.getShort(8) & 0xffff : bytes.getInt(8);
    int headerStart = bytes.get(6) == 1 ? 10 : 12;
    String header = new String(file, headerStart, headerLength, StandardCharsets.ISO_8859_1);
    if (!field(ORDER, header).equals("False")) {
      throw new IllegalArgumentException("not row-major: " + header);
    }
    int[] shape =
        Arrays.stream(field(SHAPE, header).split(",", -1))
            .map(String::strip)
            .filter(size -> !size.isEmpty())
            .mapToInt(Integer::parseInt)
            .toArray();
    ByteBuffer data =
        bytes.position(headerStart + headerLength).slice().order(ByteOrder.LITTLE_ENDIAN);
    return new Array(field(DTYPE, header), shape, data);
  }

  private static String field(Pattern pattern, String header) {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw new IllegalArgumentException("not a NumPy header: " + header);
    }
    return matcher.group(1);
  }

  /** One array; its values are converted to the type asked for. */
  public static final class Array {
    private final String dtype;
    private final int[] shape;
    private final ByteBuffer data;

    private Array(String dtype, int[] shape, ByteBuffer data) {
      this.dtype = dtype;
      this.shape = shape;
      this.data = data;
    }

    /** NumPy's name of the element type, such as {@code <f4}. */
    public String dtype() {
      return dtype;
    }

    /** Sizes of the axes; empty for a scalar. */
    public int[] shape() {
      return shape.clone();
    }

    /** Number of values. */
    public int size() {
      return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }

    /** All values, row-major. */
    public double[] doubles() {
      double[] values = new double[size()];
      Arrays.setAll(values, this::number);
      return values;
    }

    /** All values, row-major, rounded to single precision. */
    public float[] floats() {
      float[] values = new float[size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) number(i);
      }
      return values;
    }

    /** All values of an integer or boolean array, row-major. */
    public long[] longs() {
      long[] values = new long[size()];
      Arrays.setAll(values, this::integer);
      return values;
    }

    /** All values of an integer or boolean array that fit, row-major. */
    public int[] ints() {
      return Arrays.stream(longs()).mapToInt(Math::toIntExact).toArray();
    }

    /** The sub-array at an index of the first axis. */
    public Array row(int index) {
      int bytes = data.capacity() / shape[0];
      ByteBuffer row = data.slice(index * bytes, bytes).order(ByteOrder.LITTLE_ENDIAN);
      return new Array(dtype, Arrays.copyOfRange(shape, 1, shape.length), row);
    }

    private double number(int i) {
      return switch (dtype) {
        case "<f8" -> data.getDouble(8 * i);
        case "<f4" -> data.getFloat(4 * i);
        default -> integer(i);
      };
    }

    private long integer(int i) {
      return switch (dtype) {
        case "<i8" -> data.getLong(8 * i);
        case "<i4" -> data.getInt(4 * i);
        case "|u1" -> data.get(i) & 0xff;
        case "|i1", "|b1" -> data.get(i);
        default -> throw new IllegalArgumentException("not whole numbers: " + dtype);
      };
    }
  }
}
