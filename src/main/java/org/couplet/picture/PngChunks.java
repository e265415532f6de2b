package org.couplet.picture;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** The checksums of a PNG file, which Java's reader does not compare. */
final class PngChunks {
  private static final int SIGNATURE = 8;
  // Length and type before the data, checksum behind them.
  private static final int AROUND = 12;

  private PngChunks() {}

  /** Requires the checksum of each chunk; whether there are enough is the decoder's to find. */
  static void check(byte[] file) throws UnreadableImageException {
    ByteBuffer png = ByteBuffer.wrap(file);
    int at = SIGNATURE;
    while (at <= file.length - AROUND) {
      int length = png.getInt(at);
      if (length < 0 || length > file.length - AROUND - at) {
        // The decoder would take its bytes, but its checksum is missing.
        throw UnreadableImageException.corrupt("it ends too early");
      }
      String type = new String(file, at + 4, 4, StandardCharsets.ISO_8859_1);
      CRC32 crc = new CRC32();
      crc.update(file, at + 4, 4 + length);
      if ((int) crc.getValue() != png.getInt(at + 8 + length)) {
        String part = type.matches("[A-Za-z]{4}") ? type : "of no known type";
        throw UnreadableImageException.corrupt("the checksum of its part " + part + " is wrong");
      }
      if (type.equals("IEND")) {
        return;
      }
      at += AROUND + length;
    }
  }
}
