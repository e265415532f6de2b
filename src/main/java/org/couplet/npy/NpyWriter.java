package org.couplet.npy;

import java.io.BufferedOutputStream;
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
  private final Path file;
  private final FileChannel channel;
  private final OutputStream out;
  private final Shape elementShape;
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
            () -> FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
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
    ByteBuffer bytes = ByteBuffer.wrap(header.toBytes());
    while (bytes.hasRemaining()) {
      channel.write(bytes, bytes.position());
    }
  }
}
