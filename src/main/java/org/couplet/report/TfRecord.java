package org.couplet.report;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** TensorFlow's file format for a row of messages. */
public final class TfRecord {
  // Checksums are rotated and shifted, so that data with checksums in it checks well too.
  private static final int CRC_ROTATION = 15;
  private static final int CRC_SHIFT = 0xa282ead8;

  private TfRecord() {}

  /**
   * Writes one message in its frame: length (8 bytes), its checksum (4), the data, its checksum
   * (4); little-endian.
   */
  public static void write(OutputStream out, byte[] data) throws IOException {
    byte[] length = littleEndian(Long.BYTES).putLong(data.length).array();
    out.write(length);
    out.write(littleEndian(Integer.BYTES).putInt(maskedCrc(length)).array());
    out.write(data);
    out.write(littleEndian(Integer.BYTES).putInt(maskedCrc(data)).array());
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int maskedCrc(byte[] data) {
    CRC32C crc = new CRC32C();
    crc.update(data);
    return Integer.rotateRight((int) crc.getValue(), CRC_ROTATION) + CRC_SHIFT;
  }
}
