package org.couplet.npy;

import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.couplet.io.FileFailure;
import org.tensorflow.ndarray.Shape;

/**
 * Writes a uint8 {@code .npy} file element by element. Their number need not be known before: the
 * header's place is kept free and filled on closing.
 */
public final class NpyWriter implements AutoCloseable {
  private static final int WIDENED_AT_ONCE = 1 << 20;

  private final Path file;
  private final FileChannel channel;
  private final OutputStream out;
  private Shape elementShape;
  private long count;

  /**
   * Creates the file.
   *
   * @param file must not exist
   * @param elementShape such as [height, width, channels]; the file's array is [count, ...]
   */
  public NpyWriter(Path file, Shape elementShape) throws IOException {
    this.elementShape = elementShape;
    channel =
        FileFailure.opening(
            file,
            () ->
                FileChannel.open(
                    file,
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE));
    out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 18);
    this.file = file;
    FileFailure.writing(file, () -> out.write(new byte[NpyHeader.WRITTEN_LENGTH]));
  }

  /** Appends one element, its values row after row. */
  public void write(byte[] element) throws IOException {
    if (element.length != elementShape.size()) {
      throw new IllegalArgumentException(
          element.length + " values for an element of " + elementShape);
    }
    FileFailure.writing(file, () -> out.write(element));
    count++;
  }

  /**
   * Repeats each value written so far, as when one channel becomes three; it stays in the file, and
   * memory is bounded.
   *
   * @param wider shape of all elements from now on; a multiple of the values before
   */
  public void widen(Shape wider) throws IOException {
    int times = Math.toIntExact(wider.size() / elementShape.size());
    FileFailure.writing(file, () -> repeatValues(times));
    elementShape = wider;
  }

  private void repeatValues(int times) throws IOException {
    out.flush();
    long end = count * elementShape.size();
    channel.position(NpyHeader.WRITTEN_LENGTH + end * times);
    // From the last value to the first: none is overwritten before it has been read.
    while (end > 0) {
      int part = (int) Math.min(end, WIDENED_AT_ONCE);
      end -= part;
      ByteBuffer values = ByteBuffer.allocate(part);
      while (values.hasRemaining()) {
        if (channel.read(values, NpyHeader.WRITTEN_LENGTH + end + values.position()) < 0) {
          throw new EOFException("cut while it was written");
        }
      }
      ByteBuffer repeated = ByteBuffer.allocate(part * times);
      for (byte value : values.array()) {
        for (int i = 0; i < times; i++) {
          repeated.put(value);
        }
      }
      writeAt(repeated.flip(), NpyHeader.WRITTEN_LENGTH + end * times);
    }
  }

  private void writeAt(ByteBuffer bytes, long at) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes, at + bytes.position());
    }
  }

  /** Number of elements written. */
  public long count() {
    return count;
  }

  /** Completes the header and the file. */
  @Override
  public void close() throws IOException {
    try (channel) {
      FileFailure.writing(file, this::complete);
    }
  }

  private void complete() throws IOException {
    out.flush();
    NpyHeader header = NpyHeader.of(NpyType.U1, Shape.of(count).append(elementShape));
    writeAt(ByteBuffer.wrap(header.toBytes()), 0);
  }
}
