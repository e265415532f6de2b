package org.couplet.picture;

import java.io.IOException;
import javax.imageio.stream.ImageInputStreamImpl;

/** A file in memory as Java's decoders read it; once aborted, each read fails. */
final class PictureInput extends ImageInputStreamImpl {
  private final byte[] file;
  private volatile boolean aborted;

  PictureInput(byte[] file) {
    this.file = file;
  }

  /** Lets the decoder fail at its next read; on any thread. */
  void abort() {
    aborted = true;
  }

  @Override
  public int read() throws IOException {
    checkReadable();
    return streamPos < file.length ? file[(int) streamPos++] & 0xff : -1;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    checkReadable();
    if (streamPos >= file.length && length > 0) {
      return -1;
    }
    int count = (int) Math.min(length, file.length - streamPos);
    System.arraycopy(file, (int) streamPos, bytes, offset, count);
    streamPos += count;
    return count;
  }

  private void checkReadable() throws IOException {
    checkClosed();
    bitOffset = 0;
    if (aborted) {
      throw new IOException("aborted");
    }
  }

  // The parent's would keep each file in memory until the finalizer's thread comes to it; a class
  // with an empty one is not registered there.
  @Override
  @SuppressWarnings({"deprecation", "removal", "Finalize"})
  protected void finalize() {}

  @Override
  public long length() {
    return file.length;
  }
}
