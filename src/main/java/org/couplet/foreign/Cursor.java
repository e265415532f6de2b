package org.couplet.foreign;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Goes through a part of a file, little-endian. */
final class Cursor {
  private static final int WINDOW = 1 << 13;
  // Names and sources; a longer text is none of a network.
  private static final int MOST_TEXT = 1 << 22;
  private static final int MOST_LINE = 1000;

  private final FilePart part;
  private ByteBuffer window = ByteBuffer.allocate(0);
  // Of the byte after the window.
  private long ahead;

  Cursor(FilePart part) {
    this.part = part;
  }

  FilePart part() {
    return part;
  }

  long position() {
    return ahead - window.remaining();
  }

  long left() {
    return part.length() - position();
  }

  int u8() throws IOException {
    return Byte.toUnsignedInt(need(1).get());
  }

  int u16() throws IOException {
    return Short.toUnsignedInt(need(Short.BYTES).getShort());
  }

  int i32() throws IOException {
    return need(Integer.BYTES).getInt();
  }

  long u32() throws IOException {
    return Integer.toUnsignedLong(i32());
  }

  long i64() throws IOException {
    return need(Long.BYTES).getLong();
  }

  /** The pickle format's one number that is big-endian. */
  double bigEndianDouble() throws IOException {
    return Double.longBitsToDouble(Long.reverseBytes(i64()));
  }

  /** Passes over bytes, which stay in the file. */
  FilePart bytes(long count) {
    FilePart bytes = part.part(position(), count);
    if (count <= window.remaining()) {
      window.position(window.position() + (int) count);
    } else {
      ahead = position() + count;
      window = ByteBuffer.allocate(0);
    }
    return bytes;
  }

  String text(long count) throws IOException {
    if (count < 0 || count > Math.min(MOST_TEXT, left())) {
      throw part.refusal("a text in it claims " + count + " bytes");
    }
    byte[] text = new byte[(int) count];
    if (count <= window.remaining()) {
      window.get(text);
    } else {
      bytes(count).read(0, ByteBuffer.wrap(text));
    }
    return new String(text, StandardCharsets.UTF_8);
  }

  String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int sign = u8(); sign != '\n'; sign = u8()) {
      if (line.length() == MOST_LINE) {
        throw part.refusal("a name in it has no end");
      }
      line.append((char) sign);
    }
    return line.toString();
  }

  // At least so many bytes, of which the next read takes its own.
  private ByteBuffer need(int count) throws IOException {
    if (window.remaining() < count) {
      long from = position();
      if (part.length() - from < count) {
        throw part.refusal("it ends too early");
      }
      int size = (int) Math.min(WINDOW, part.length() - from);
      window = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
      part.read(from, window);
      window.flip();
      ahead = from + size;
    }
    return window;
  }
}
