package org.couplet.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.couplet.io.ContentHash;

/**
 * What tells one data file from another, wherever it lies: read in milliseconds, whatever the size.
 *
 * @param count number of elements
 * @param shape of an element
 * @param bytes of the file
 * @param blocks SHA-256 of 4 KiB at each of 64 places, evenly spread from the first byte to the
 *     last; a change between them is not seen
 */
public record DataIdentity(long count, List<Long> shape, long bytes, String blocks) {
  private static final int BLOCKS = 64;
  private static final int BLOCK_BYTES = 4096;

  /** Of a file of images. */
  public static DataIdentity of(Path file, Dataset dataset) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      Stream.Builder<byte[]> parts = Stream.builder();
      long last = Math.max(0, channel.size() - BLOCK_BYTES);
      for (int i = 0; i < BLOCKS; i++) {
        // In floating point, as the product may not fit a long.
        parts.add(read(channel, Math.round((double) last * i / (BLOCKS - 1))));
      }
      List<Long> shape = Arrays.stream(dataset.elementShape().asArray()).boxed().toList();
      return new DataIdentity(dataset.size(), shape, channel.size(), ContentHash.of(parts.build()));
    }
  }

  private static byte[] read(FileChannel channel, long position) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
    while (block.hasRemaining() && channel.read(block, position + block.position()) >= 0) {}
    return Arrays.copyOf(block.array(), block.position());
  }

  /** How another file differs from this one; empty if it is the same as far as this tells. */
  public Optional<String> difference(DataIdentity other) {
    if (equals(other)) {
      return Optional.empty();
    }
    if (count != other.count || !shape.equals(other.shape)) {
      return Optional.of(other.describe() + " where there were " + describe());
    }
    return Optional.of(
        bytes != other.bytes
            ? "%,d bytes where there were %,d".formatted(other.bytes, bytes)
            : "as many images, but other pixels");
  }

  private String describe() {
    return "%,d images of %s".formatted(count, shape);
  }
}
