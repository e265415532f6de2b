package org.couplet.foreign;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.couplet.io.FileFailure;
import org.couplet.io.InvalidInputException;

/**
 * Bytes of a file that are not in memory; whoever reads them can't go beyond their end.
 *
 * @param path of the file, for messages
 * @param file open as long as it is read
 * @param offset of the first byte
 * @param length number of bytes
 */
record FilePart(Path path, FileChannel file, long offset, long length) {
  static FilePart whole(Path path, FileChannel file) throws IOException {
    return new FilePart(path, file, 0, file.size());
  }

  /** A part of this one. */
  FilePart part(long from, long count) {
    if (from < 0 || count < 0 || count > length - from) {
      throw refusal(
          "it claims %d bytes from byte %d on and has %d"
              .formatted(count, offset + from, offset + length));
    }
    return new FilePart(path, file, offset + from, count);
  }

  /** Fills a buffer with what begins at a byte. */
  void read(long from, ByteBuffer into) throws IOException {
    part(from, into.remaining());
    long next = offset + from;
    while (into.hasRemaining()) {
      long at = next;
      int read = FileFailure.reading(path, () -> file.read(into, at));
      if (read < 0) {
        throw refusal("it became shorter while it was read");
      }
      next += read;
    }
  }

  /** What to throw where the bytes can't be what they should be. */
  InvalidInputException refusal(String problem) {
    return new InvalidInputException(
        path + ": no weights can be read: " + problem + "; get the file again, or another one");
  }
}
