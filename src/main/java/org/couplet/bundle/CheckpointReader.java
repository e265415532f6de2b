package org.couplet.bundle;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32C;
import org.couplet.damage.CheckpointIndex;
import org.couplet.io.FileFailure;
import org.couplet.io.InvalidInputException;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.DataType;

/** Reads a checkpoint of one data file, a tensor at a time. */
public final class CheckpointReader implements Closeable {
  private final Path prefix;
  private final Map<String, byte[]> entries;
  private final FileChannel values;

  private CheckpointReader(Path prefix, Map<String, byte[]> entries, FileChannel values) {
    this.prefix = prefix;
    this.entries = entries;
    this.values = values;
  }

  /**
   * Opens a checkpoint.
   *
   * @throws InvalidInputException if its index is damaged
   */
  public static CheckpointReader open(Path prefix) throws IOException {
    CheckpointIndex.check(prefix);
    byte[] index = FileFailure.reading(index(prefix), () -> Files.readAllBytes(index(prefix)));
    Map<String, byte[]> entries;
    try {
      entries = Table.of(index);
    } catch (RuntimeException e) {
      throw refusal(prefix, "its index is none of TensorFlow's");
    }
    return new CheckpointReader(
        prefix, entries, FileFailure.reading(data(prefix), () -> FileChannel.open(data(prefix))));
  }

  static Path index(Path prefix) {
    return prefix.resolveSibling(prefix.getFileName() + ".index");
  }

  static Path data(Path prefix) {
    return prefix.resolveSibling(prefix.getFileName() + ".data-00000-of-00001");
  }

  /**
   * The values of a float32 tensor, row-major.
   *
   * @param size number of values that it must have
   * @throws InvalidInputException if it is missing, another one or damaged
   */
  public float[] floats(String name, long size) throws IOException {
    BundleEntryProto entry = entry(name);
    if (entry.getDtype() != DataType.DT_FLOAT || entry.getSize() != size * Float.BYTES) {
      throw refusal(prefix, name + " is not of " + size + " float32");
    }
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.toIntExact(entry.getSize())).order(ByteOrder.LITTLE_ENDIAN);
    FileFailure.reading(
        data(prefix),
        () -> {
          while (bytes.hasRemaining()
              && values.read(bytes, entry.getOffset() + bytes.position()) >= 0) {
            // One read may be short.
          }
          return bytes;
        });
    CRC32C crc = new CRC32C();
    crc.update(bytes.flip().duplicate());
    if (bytes.remaining() < entry.getSize() || Table.masked(crc) != entry.getCrc32C()) {
      throw refusal(prefix, "the checksum of " + name + " is wrong");
    }
    float[] floats = new float[(int) size];
    bytes.asFloatBuffer().get(floats);
    return floats;
  }

  private BundleEntryProto entry(String name) {
    byte[] entry = entries.get(name);
    if (entry == null) {
      throw refusal(prefix, name + " is missing in it");
    }
    try {
      return BundleEntryProto.parseFrom(entry);
    } catch (InvalidProtocolBufferException e) {
      throw refusal(prefix, name + " is described wrongly");
    }
  }

  private static InvalidInputException refusal(Path prefix, String problem) {
    return new InvalidInputException(
        prefix + ": this checkpoint is damaged or does not fit the run: " + problem);
  }

  @Override
  public void close() throws IOException {
    values.close();
  }
}
