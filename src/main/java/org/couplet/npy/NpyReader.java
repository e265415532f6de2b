package org.couplet.npy;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.couplet.io.InvalidInputException;
import org.jspecify.annotations.Nullable;

/**
 * Reads one NumPy array from its first value to its last, as much at a time as is asked for. With
 * the last value the stream must end: what follows would be neither looked at nor checked.
 */
public final class NpyReader implements AutoCloseable {
  private static final int MOST_AT_ONCE = 1 << 24;

  private final InputStream in;
  private final String where;
  private final NpyHeader header;
  private long left;
  private @Nullable NpzFile container;

  /**
   * @param in begins with the header; closed with this
   * @param where the array's name, for messages
   * @throws InvalidInputException if the header is not one that Couplet reads
   */
  public NpyReader(InputStream in, String where) throws IOException {
    this.in = in;
    this.where = where;
    this.header = NpyHeader.read(in, where);
    this.left = header.size();
  }

  /** Opens a {@code .npy} file. */
  public static NpyReader open(Path file) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    try {
      return new NpyReader(in, file.toString());
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /** The array's type and shape. */
  public NpyHeader header() {
    return header;
  }

  /** The array's name, for messages. */
  public String where() {
    return where;
  }

  /**
   * The next values as they lie in the file.
   *
   * @param count number of values, at most those that are left
   * @throws InvalidInputException if the file ends before them, or goes on after the last one
   */
  public ByteBuffer next(int count) throws IOException {
    int bytes = Math.multiplyExact(count, header.type().bytes());
    byte[] raw = bytes(bytes);
    if (raw.length < bytes) {
      throw endsTooEarly(new EOFException());
    }
    left -= count;
    if (left == 0 && in.read() >= 0) {
      throw new InvalidInputException(
          where + ": goes on after the last value of its shape; save one array in one file");
    }
    return ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Passes over values, without reading those of a file of its own.
   *
   * @param count number of values, at most those that are left
   * @throws InvalidInputException if the file ends before them
   */
  public void skip(long count) throws IOException {
    try {
      in.skipNBytes(Math.multiplyExact(count, (long) header.type().bytes()));
    } catch (EOFException e) {
      throw endsTooEarly(e);
    }
    left -= count;
  }

  private InvalidInputException endsTooEarly(EOFException cause) {
    return new InvalidInputException(
        where + ": ends before its last value; fetch or save it again", cause);
  }

  // Memory for much is taken as it comes: a damaged header may claim more than there is.
  private byte[] bytes(int count) throws IOException {
    if (count > MOST_AT_ONCE) {
      return in.readNBytes(count);
    }
    byte[] raw = new byte[count];
    int read = in.readNBytes(raw, 0, count);
    return read < count ? Arrays.copyOf(raw, read) : raw;
  }

  /** The next {@code count} values; integers beyond 2^53 lose digits. */
  public double[] nextDoubles(int count) throws IOException {
    ByteBuffer raw = next(count);
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = header.type().next(raw);
    }
    return values;
  }

  /** Makes this close, in the end, the file that the array lies in. */
  public NpyReader closing(NpzFile npz) {
    container = npz;
    return this;
  }

  @Override
  public void close() throws IOException {
    try (in) {
      if (container != null) {
        container.close();
      }
    }
  }
}
