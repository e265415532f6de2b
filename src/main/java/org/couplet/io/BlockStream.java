package org.couplet.io;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream that sees all bytes in one place: a single one is read as a block of one. */
public abstract class BlockStream extends FilterInputStream {
  /**
   * @param in closed with this
   */
  protected BlockStream(InputStream in) {
    super(in);
  }

  @Override
  public final int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  @Override
  public abstract int read(byte[] bytes, int offset, int length) throws IOException;
}
