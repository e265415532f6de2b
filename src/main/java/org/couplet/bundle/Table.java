package org.couplet.bundle;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * The index of a checkpoint: a sorted table of keys and values in blocks without compression. What
 * {@link #of} reads has passed {@code damage.CheckpointIndex}.
 */
final class Table {
  static final int SAVED_AT_END = 48;
  static final long MAGIC = 0xdb4775248b80fb57L;
  private static final int CRC_ROTATION = 15;
  private static final int CRC_SHIFT = 0xa282ead8;
  private static final byte PLAIN = 0;

  private Table() {}

  /** A checksum as the format stores it. */
  static int masked(CRC32C crc) {
    return Integer.rotateRight((int) crc.getValue(), CRC_ROTATION) + CRC_SHIFT;
  }

  /** The bytes of a table. */
  static byte[] bytes(SortedMap<String, byte[]> entries) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] data = place(out, block(entries));
    byte[] none = place(out, block(new TreeMap<>()));
    byte[] index = place(out, block(new TreeMap<>(Map.of(entries.lastKey(), data))));
    ByteBuffer end = ByteBuffer.allocate(SAVED_AT_END).order(ByteOrder.LITTLE_ENDIAN);
    end.put(none).put(index).putLong(SAVED_AT_END - Long.BYTES, MAGIC);
    out.writeBytes(end.array());
    return out.toByteArray();
  }

  // Keys are in their bytes' order, which is that of strings for ASCII.
  private static byte[] block(SortedMap<String, byte[]> entries) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<Integer> restarts = new ArrayList<>();
    entries.forEach(
        (key, value) -> {
          restarts.add(out.size());
          byte[] name = key.getBytes(StandardCharsets.UTF_8);
          varint(out, 0);
          varint(out, name.length);
          varint(out, value.length);
          out.writeBytes(name);
          out.writeBytes(value);
        });
    if (restarts.isEmpty()) {
      restarts.add(0);
    }
    restarts.forEach(place -> out.writeBytes(integer(place)));
    out.writeBytes(integer(restarts.size()));
    return out.toByteArray();
  }

  // Appends a block with its checksum; returns where it is.
  private static byte[] place(ByteArrayOutputStream out, byte[] block) {
    ByteArrayOutputStream place = new ByteArrayOutputStream();
    varint(place, out.size());
    varint(place, block.length);
    CRC32C crc = new CRC32C();
    crc.update(block);
    crc.update(PLAIN);
    out.writeBytes(block);
    out.write(PLAIN);
    out.writeBytes(integer(masked(crc)));
    return place.toByteArray();
  }

  private static byte[] integer(int value) {
    return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    long rest = value;
    while (rest >= 0x80) {
      out.write((int) ((rest & 0x7f) | 0x80));
      rest >>= 7;
    }
    out.write((int) rest);
  }

  /**
   * The entries of a table.
   *
   * @throws IllegalArgumentException if it is compressed
   * @throws RuntimeException if it is no table
   */
  static Map<String, byte[]> of(byte[] bytes) {
    ByteBuffer table = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer end = table.duplicate().position(bytes.length - SAVED_AT_END);
    varint(end);
    varint(end);
    Map<String, byte[]> entries = new TreeMap<>();
    for (byte[] place : entries(table, end).values()) {
      entries.putAll(entries(table, ByteBuffer.wrap(place)));
    }
    return entries;
  }

  private static Map<String, byte[]> entries(ByteBuffer table, ByteBuffer place) {
    int at = (int) varint(place);
    int size = (int) varint(place);
    if (table.get(at + size) != PLAIN) {
      throw new IllegalArgumentException("it is compressed");
    }
    int restarts = table.getInt(at + size - Integer.BYTES);
    ByteBuffer block =
        table.duplicate().position(at).limit(at + size - (1 + restarts) * Integer.BYTES);
    Map<String, byte[]> entries = new TreeMap<>();
    byte[] key = {};
    while (block.hasRemaining()) {
      int shared = (int) varint(block);
      byte[] next = new byte[shared + (int) varint(block)];
      byte[] value = new byte[(int) varint(block)];
      System.arraycopy(key, 0, next, 0, shared);
      block.get(next, shared, next.length - shared).get(value);
      key = next;
      entries.put(new String(key, StandardCharsets.UTF_8), value);
    }
    return entries;
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
