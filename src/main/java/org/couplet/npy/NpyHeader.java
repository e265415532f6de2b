package org.couplet.npy;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.couplet.io.InvalidInputException;
import org.tensorflow.ndarray.Shape;

/**
 * What stands before the values in a {@code .npy} file (NumPy's format versions 1 to 3): element
 * type and shape, the values in C order.
 *
 * @param type of an element
 * @param shape of the array; [] is a scalar
 * @param length bytes before the first value
 */
public record NpyHeader(NpyType type, Shape shape, int length) {
  /** The length of all headers that Couplet writes; enough for any shape up to 4 dimensions. */
  public static final int WRITTEN_LENGTH = 128;

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int MAXIMUM_TEXT = 1 << 20;
  private static final int MOST_SHOWN = 60;
  private static final Pattern DESCR = Pattern.compile("['\"]descr['\"]\\s*:\\s*['\"]([^'\"]*)");
  private static final Pattern ORDER =
      Pattern.compile("['\"]fortran_order['\"]\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("['\"]shape['\"]\\s*:\\s*\\(([^)]*)\\)");
  // No file is so large that a size has more digits.
  private static final Pattern SIZE = Pattern.compile("\\d{1,18}L?");

  /** The header of an array to be written. */
  public static NpyHeader of(NpyType type, Shape shape) {
    return new NpyHeader(type, shape, WRITTEN_LENGTH);
  }

  /** Whether a file that begins with these bytes is a {@code .npy} file. */
  public static boolean startsWith(byte[] head) {
    return head.length >= MAGIC.length
        && Arrays.equals(head, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
  }

  /** Number of values. */
  public long size() {
    return shape.size();
  }

  /** Bytes of all values. */
  public long valueBytes() {
    return Math.multiplyExact(size(), (long) type.bytes());
  }

  /**
   * Reads a header; the next byte of {@code in} is then the first value's.
   *
   * @param where the file's name, for messages
   * @throws InvalidInputException if this is not an array in C order of a type that Couplet reads
   */
  public static NpyHeader read(InputStream in, String where) throws IOException {
    try {
      return readWhole(new DataInputStream(in), where);
    } catch (EOFException e) {
      throw new InvalidInputException(where + ": ends within its header; fetch it again", e);
    }
  }

  private static NpyHeader readWhole(DataInputStream in, String where) throws IOException {
    byte[] magic = new byte[MAGIC.length];
    in.readFully(magic);
    if (!startsWith(magic)) {
      throw new InvalidInputException(where + ": no .npy file; save it with numpy.save");
    }
    int version = in.readUnsignedByte();
    in.readUnsignedByte();
    if (version < 1 || version > 3) {
      throw new InvalidInputException(
          where + ": .npy version " + version + " is unknown; save it with NumPy's version 1 to 3");
    }
    boolean wide = version >= 2;
    int length =
        wide
            ? Integer.reverseBytes(in.readInt())
            : Short.toUnsignedInt(Short.reverseBytes(in.readShort()));
    if (length < 0 || length > MAXIMUM_TEXT) {
      throw new InvalidInputException(where + ": damaged .npy header; fetch it again");
    }
    byte[] text = new byte[length];
    in.readFully(text);
    int before = MAGIC.length + 2 + (wide ? 4 : 2);
    return parse(new String(text, StandardCharsets.UTF_8), before + length, where);
  }

  private static NpyHeader parse(String text, int length, String where) {
    Matcher descr = DESCR.matcher(text);
    Matcher order = ORDER.matcher(text);
    Matcher shape = SHAPE.matcher(text);
    if (!descr.find() || !order.find() || !shape.find()) {
      throw new InvalidInputException(
          where + ": not a plain array; save one array of numbers (no records or objects)");
    }
    if (group(order).equals("True")) {
      throw new InvalidInputException(
          where + ": in Fortran order; save it with numpy.ascontiguousarray");
    }
    NpyType type = type(group(descr), where);
    return new NpyHeader(type, shape(group(shape), type, where), length);
  }

  // Numbers between commas; Python's tuple of one ends with a comma, and Python 2 wrote 3L for 3.
  private static Shape shape(String text, NpyType type, String where) {
    List<String> sizes = new ArrayList<>(List.of(text.strip().split("\\s*,\\s*", -1)));
    if (sizes.get(sizes.size() - 1).isEmpty()) {
      sizes.remove(sizes.size() - 1);
    }
    try {
      long bytes = type.bytes();
      long[] shape = new long[sizes.size()];
      for (int i = 0; i < shape.length; i++) {
        if (!SIZE.matcher(sizes.get(i)).matches()) {
          throw new NumberFormatException(sizes.get(i));
        }
        shape[i] = Long.parseLong(sizes.get(i).replace("L", ""));
        bytes = Math.multiplyExact(bytes, shape[i]);
      }
      return Shape.of(shape);
    } catch (NumberFormatException | ArithmeticException e) {
      throw new InvalidInputException(
          where
              + ": damaged .npy header, no array has the shape ("
              + brief(text)
              + "); save it again",
          e);
    }
  }

  // Of a damaged header anything may come.
  private static String brief(String text) {
    String plain = text.replaceAll("\\p{Cntrl}", "?");
    return plain.length() > MOST_SHOWN ? plain.substring(0, MOST_SHOWN) + "..." : plain;
  }

  private static String group(Matcher found) {
    return Objects.requireNonNull(found.group(1));
  }

  private static NpyType type(String descr, String where) {
    for (NpyType type : NpyType.values()) {
      boolean anyOrder = type.bytes() == 1 && descr.length() == 3;
      if (descr.equals(type.descr())
          || (anyOrder && descr.substring(1).equals(type.descr().substring(1)))) {
        return type;
      }
    }
    if (descr.contains("O")) {
      throw new InvalidInputException(
          where
              + ": holds pickled Python objects, which are not read; load it with"
              + " numpy.load(..., allow_pickle=True) and save its arrays with numpy.savez");
    }
    throw new InvalidInputException(
        where + ": element type " + brief(descr) + " is not read; save it as " + NpyType.WORDS);
  }

  /** This header in format version 1, padded to {@link #WRITTEN_LENGTH} bytes. */
  public byte[] toBytes() {
    StringBuilder sizes = new StringBuilder();
    for (long size : shape.asArray()) {
      sizes.append(size).append(", ");
    }
    String tuple =
        shape.numDimensions() == 1
            ? sizes.toString().strip()
            : sizes.toString().replaceAll(", $", "");
    String text =
        "{'descr': '" + type.descr() + "', 'fortran_order': False, 'shape': (" + tuple + "), }";
    byte[] header = new byte[WRITTEN_LENGTH];
    Arrays.fill(header, (byte) ' ');
    System.arraycopy(MAGIC, 0, header, 0, MAGIC.length);
    header[6] = 1;
    header[7] = 0;
    int textLength = WRITTEN_LENGTH - 10;
    header[8] = (byte) textLength;
    header[9] = (byte) (textLength >>> 8);
    byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
    if (ascii.length >= textLength) {
      throw new IllegalArgumentException("too many dimensions: " + shape);
    }
    System.arraycopy(ascii, 0, header, 10, ascii.length);
    header[WRITTEN_LENGTH - 1] = '\n';
    return header;
  }
}
