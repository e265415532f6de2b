package org.couplet.archive;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.ZipException;
import org.couplet.io.BlockStream;

/**
 * An archive's entry as its bytes. Where they end, they must be as many as the archive declares,
 * and have its checksum; Java's readers of archives look at neither.
 */
public final class ChecksummedStream extends BlockStream {
  private static final int SKIPPED_AT_ONCE = 1 << 16;

  private final CRC32 checksum = new CRC32();
  private final long declared;
  private long left;

  /**
   * @param in closed with this
   * @param size number of bytes
   * @param crc their CRC-32
   */
  public ChecksummedStream(InputStream in, long size, long crc) {
    super(in);
    this.left = size;
    this.declared = crc;
  }

  /**
   * @throws ZipException at the end, if length or checksum differ
   */
  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int read = in.read(bytes, offset, length);
    if (read > 0) {
      checksum.update(bytes, offset, read);
      left -= read;
    }
    if (left < 0 || (read < 0 && left > 0)) {
      throw new ZipException("another length than the archive declares");
    }
    if (read < 0 && checksum.getValue() != declared) {
      throw new ZipException("its checksum is wrong");
    }
    return read;
  }

  /** Reads what it passes over, so that it is checked. */
  @Override
  public long skip(long count) throws IOException {
    byte[] unused = new byte[(int) Math.max(0, Math.min(count, SKIPPED_AT_ONCE))];
    return unused.length == 0 ? 0 : Math.max(0, read(unused, 0, unused.length));
  }

  /** Not supported: what is passed over would not be checked. */
  @Override
  public boolean markSupported() {
    return false;
  }
}
