package org.couplet.damage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.couplet.io.FileFailure;
import org.couplet.io.InvalidInputException;

/**
 * The index of a TensorFlow checkpoint: a sorted table in blocks, each followed by a byte for its
 * compression and by its checksum. The last 48 bytes say where two of the blocks are, without a
 * checksum: TensorFlow believes them and ends the process where they ask for more memory than there
 * is.
 */
public final class CheckpointIndex {
  private static final int FOOTER = 48;
  private static final long MAGIC = 0xdb4775248b80fb57L;
  private static final int TRAILER = 5;
  private static final int MOST_BYTES = 1 << 30;
  private static final int CRC_ROTATION = 15;
  private static final int CRC_SHIFT = 0xa282ead8;

  private final ByteBuffer table;

  private CheckpointIndex(byte[] bytes) {
    table = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Refuses an index whose blocks lie outside of it, or have a wrong checksum.
   *
   * @param prefix of the checkpoint; one without an index is TensorFlow's to refuse
   */
  public static void check(Path prefix) {
    Path file = file(prefix);
    if (!Files.isRegularFile(file)) {
      return;
    }
    try {
      if (Files.size(file) > MOST_BYTES
          || !new CheckpointIndex(Files.readAllBytes(file)).isSound()) {
        throw refusal(prefix, "has a wrong checksum");
      }
    } catch (BufferUnderflowException
        | IllegalArgumentException
        | IndexOutOfBoundsException
        | ArithmeticException e) {
      throw refusal(prefix, "is cut off or claims what it has not");
    } catch (IOException e) {
      throw new UncheckedIOException(FileFailure.of(e));
    }
  }

  /** The index of a checkpoint. */
  public static Path file(Path prefix) {
    return prefix.resolveSibling(prefix.getFileName() + ".index");
  }

  private static InvalidInputException refusal(Path prefix, String problem) {
    return new InvalidInputException(prefix + ": this checkpoint is damaged: its index " + problem);
  }

  private boolean isSound() {
    int end = table.capacity() - FOOTER;
    if (end < 0 || table.getLong(table.capacity() - Long.BYTES) != MAGIC) {
      throw new IllegalArgumentException("no table");
    }
    ByteBuffer footer = table.duplicate().position(end);
    boolean sound = isSound(varint(footer), varint(footer));
    long at = varint(footer);
    long size = varint(footer);
    if (!sound || !isSound(at, size)) {
      return false;
    }
    // Another compression than none is not looked into.
    return table.get((int) (at + size)) != 0 || hasSoundData((int) at, (int) size);
  }

  // An entry: bytes shared with the key before, own ones, bytes of the value, the key, the value.
  private boolean hasSoundData(int at, int size) {
    ByteBuffer index = table.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    int restarts = index.getInt(at + size - Integer.BYTES);
    index.position(at).limit(Math.toIntExact(at + size - (1L + restarts) * Integer.BYTES));
    while (index.hasRemaining()) {
      varint(index);
      int key = Math.toIntExact(varint(index));
      varint(index);
      index.position(index.position() + key);
      if (!isSound(varint(index), varint(index))) {
        return false;
      }
    }
    return true;
  }

  // A block with its compression.
  private boolean isSound(long at, long size) {
    long end = (long) table.capacity() - FOOTER;
    if (at < 0 || size < 0 || at > end || size > end - TRAILER - at) {
      throw new IllegalArgumentException("outside");
    }
    CRC32C crc = new CRC32C();
    crc.update(table.array(), (int) at, Math.toIntExact(size) + 1);
    int masked = Integer.rotateRight((int) crc.getValue(), CRC_ROTATION) + CRC_SHIFT;
    return table.getInt((int) (at + size) + 1) == masked;
  }

  private static long varint(ByteBuffer bytes) {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte next = bytes.get();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number of more than 64 bits");
  }
}
