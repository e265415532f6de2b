package org.couplet.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The index of a TensorFlow checkpoint: a sorted table in blocks, each followed by its compression
 * (a byte) and its checksum (4 bytes); the last 48 bytes say where two of the blocks are.
 */
final class CheckpointIndex {
  private static final int FOOTER = 48;
  private static final int TRAILER = 5;

  private CheckpointIndex() {}

  /** The same with the checksums of all blocks made right; the index block is read for where. */
  static byte[] repaired(byte[] damaged) {
    byte[] table = damaged.clone();
    ByteBuffer footer = ByteBuffer.wrap(table, table.length - FOOTER, FOOTER);
    int metaAt = (int) varint(footer);
    int metaSize = (int) varint(footer);
    int indexAt = (int) varint(footer);
    int indexSize = (int) varint(footer);
    repairData(table, indexAt, indexSize);
    repair(table, metaAt, metaSize);
    repair(table, indexAt, indexSize);
    return table;
  }

  // Each entry of the index: shared, unshared, length of the value, key, value (place and size).
  private static void repairData(byte[] table, int indexAt, int indexSize) {
    ByteBuffer index = ByteBuffer.wrap(table, indexAt, indexSize).order(ByteOrder.LITTLE_ENDIAN);
    int restarts = index.getInt(indexAt + indexSize - 4);
    int end = indexAt + indexSize - 4 - 4 * restarts;
    while (index.position() < end) {
      varint(index);
      int unshared = (int) varint(index);
      varint(index);
      index.position(index.position() + unshared);
      repair(table, (int) varint(index), (int) varint(index));
    }
  }

  private static void repair(byte[] table, int at, int size) {
    CRC32C crc = new CRC32C();
    crc.update(table, at, size + 1);
    int masked = Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
    ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN).putInt(at + size + TRAILER - 4, masked);
  }

  private static long varint(ByteBuffer bytes) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = bytes.get();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }
}
