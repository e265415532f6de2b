package org.couplet.npy;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.couplet.io.InvalidInputException;
import org.jspecify.annotations.Nullable;

/** Reads one NumPy array from its first value to its last, as much at a time as is asked for. */
public final class NpyReader implements AutoCloseable {
  private final InputStream in;
  private final String where;
  private final NpyHeader header;
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
   * @param count number of values
   * @throws InvalidInputException if the file ends before
   */
  public ByteBuffer next(int count) throws IOException {
    byte[] raw = new byte[Math.multiplyExact(count, header.type().bytes())];
    int read = in.readNBytes(raw, 0, raw.length);
    if (read < raw.length) {
      throw new InvalidInputException(
          where + ": ends before its last value; fetch or save it again", new EOFException());
    }
    return ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The next {@code count} values; integers beyond 2^53 lose digits. */
  public double[] nextDoubles(int count) throws IOException {
    return doubles(next(count));
  }

  /** Values of this array from their bytes. */
  public double[] doubles(ByteBuffer raw) {
    double[] values = new double[raw.remaining() / header.type().bytes()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (header.type()) {
            case U1 -> Byte.toUnsignedInt(raw.get());
            case I1 -> raw.get();
            case I2 -> raw.getShort();
            case I4 -> raw.getInt();
            case I8 -> raw.getLong();
            case F4 -> raw.getFloat();
            case F8 -> raw.getDouble();
          };
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
