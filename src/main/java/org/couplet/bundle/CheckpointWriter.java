package org.couplet.bundle;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.couplet.io.FileFailure;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.BundleHeaderProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.proto.VersionDef;

/**
 * Writes a checkpoint, each tensor as it comes. Tensors of the same values share their bytes: a
 * name may stand for another one's, and all that are zero lie over each other. TensorFlow reads
 * that as any other checkpoint.
 *
 * <pre>{@code
 * try (CheckpointWriter writer = new CheckpointWriter(prefix)) {
 *   writer.floats("a", shape, values);
 *   writer.copy("ema/a", "a");
 *   writer.zeros("lion/m/a", shape);
 *   writer.counter("step", 0);
 *   writer.finish();
 * }
 * }</pre>
 */
public final class CheckpointWriter implements Closeable {
  private static final int BLOCK = 1 << 16;

  private final Path index;
  private final Path data;
  private final OutputStream out;
  private final TreeMap<String, byte[]> entries = new TreeMap<>();
  private final Map<String, Shape> zeros = new TreeMap<>();
  private long written;

  /** Begins the files {@code prefix.index} and {@code prefix.data-00000-of-00001}. */
  public CheckpointWriter(Path prefix) throws IOException {
    index = CheckpointReader.index(prefix);
    data = CheckpointReader.data(prefix);
    out = new BufferedOutputStream(Files.newOutputStream(data), BLOCK);
    BundleHeaderProto header =
        BundleHeaderProto.newBuilder()
            .setNumShards(1)
            .setVersion(VersionDef.newBuilder().setProducer(1))
            .build();
    entries.put("", header.toByteArray());
  }

  /** Adds a tensor, row-major. */
  public void floats(String name, Shape shape, float[] values) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(BLOCK).order(ByteOrder.LITTLE_ENDIAN);
    CRC32C crc = new CRC32C();
    long begin = written;
    for (int from = 0; from < values.length; from += BLOCK / Float.BYTES) {
      int count = Math.min(BLOCK / Float.BYTES, values.length - from);
      block.clear().asFloatBuffer().put(values, from, count);
      crc.update(block.array(), 0, count * Float.BYTES);
      write(block.array(), count * Float.BYTES);
    }
    put(name, DataType.DT_FLOAT, shape, begin, Table.masked(crc));
  }

  /** Adds a tensor of the same values as one that is there. */
  public void copy(String name, String of) {
    entries.put(name, Objects.requireNonNull(entries.get(of)));
  }

  /** Adds a tensor of zeros. */
  public void zeros(String name, Shape shape) {
    zeros.put(name, shape);
  }

  /** Adds an int64 scalar. */
  public void counter(String name, long value) throws IOException {
    byte[] bytes =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    long begin = written;
    write(bytes, bytes.length);
    put(name, DataType.DT_INT64, Shape.scalar(), begin, Table.masked(crc));
  }

  /** Writes the zeros and the index; without it there is no checkpoint. */
  public void finish() throws IOException {
    List<Long> sizes =
        new ArrayList<>(zeros.values().stream().map(CheckpointWriter::bytes).sorted().toList());
    long begin = written;
    byte[] block = new byte[BLOCK];
    CRC32C crc = new CRC32C();
    Map<Long, Integer> checksums = new HashMap<>();
    for (long size : sizes) {
      while (written - begin < size) {
        int count = (int) Math.min(BLOCK, size - (written - begin));
        crc.update(block, 0, count);
        write(block, count);
      }
      checksums.put(size, Table.masked(crc));
    }
    zeros.forEach(
        (name, shape) ->
            put(
                name,
                DataType.DT_FLOAT,
                shape,
                begin,
                Objects.requireNonNull(checksums.get(bytes(shape)))));
    close();
    FileFailure.writing(index, () -> Files.write(index, Table.bytes(entries)));
  }

  private static long bytes(Shape shape) {
    return shape.size() * Float.BYTES;
  }

  private void write(byte[] bytes, int count) throws IOException {
    FileFailure.writing(data, () -> out.write(bytes, 0, count));
    written += count;
  }

  private void put(String name, DataType type, Shape shape, long begin, int checksum) {
    TensorShapeProto.Builder sizes = TensorShapeProto.newBuilder();
    Arrays.stream(shape.asArray())
        .forEach(size -> sizes.addDim(TensorShapeProto.Dim.newBuilder().setSize(size)));
    entries.put(
        name,
        BundleEntryProto.newBuilder()
            .setDtype(type)
            .setShape(sizes)
            .setOffset(begin)
            .setSize(type == DataType.DT_INT64 ? Long.BYTES : bytes(shape))
            .setCrc32C(checksum)
            .build()
            .toByteArray());
  }

  @Override
  public void close() throws IOException {
    FileFailure.writing(data, out::close);
  }
}
