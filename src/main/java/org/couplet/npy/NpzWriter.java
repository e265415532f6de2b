package org.couplet.npy;

import java.io.IOException;
import java.io.OutputStream;
import java.time.LocalDateTime;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.tensorflow.ndarray.Shape;

/**
 * Writes a NumPy {@code .npz} file, one array after another, each streamed. The values are stored,
 * not compressed: noise and pictures hardly shrink. The same arrays make the same bytes.
 */
public final class NpzWriter implements AutoCloseable {
  // In place of the clock's time. Earlier than this day and Java adds one that depends on the zone.
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 2, 0, 0);

  private final ZipOutputStream zip;

  /**
   * @param out where the file goes; closed with this
   */
  public NpzWriter(OutputStream out) {
    zip = new ZipOutputStream(out);
    zip.setLevel(Deflater.NO_COMPRESSION);
  }

  /**
   * Begins an array. The stream returned takes its values, little endian and row after row, and
   * must be closed before the next array begins.
   *
   * @param name such as {@code arr_0}
   */
  public OutputStream begin(String name, NpyType type, Shape shape) throws IOException {
    NpyHeader header = NpyHeader.of(type, shape);
    ZipEntry entry = new ZipEntry(name + ".npy");
    entry.setTimeLocal(TIME);
    zip.putNextEntry(entry);
    zip.write(header.toBytes());
    return new Values(header.valueBytes());
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }

  /** The values of one array; closing it checks that they are all there. */
  private final class Values extends OutputStream {
    private long missing;

    Values(long bytes) {
      missing = bytes;
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      missing -= length;
      if (missing < 0) {
        throw new IOException(-missing + " bytes too many for the array");
      }
      zip.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      if (missing > 0) {
        throw new IOException(missing + " bytes missing in the array");
      }
      zip.closeEntry();
    }
  }
}
