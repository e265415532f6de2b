package org.couplet.data;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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
  /** Of a file of images. */
  public static DataIdentity of(Path file, Dataset dataset) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      List<Long> shape = Arrays.stream(dataset.elementShape().asArray()).boxed().toList();
      return new DataIdentity(dataset.size(), shape, channel.size(), ContentHash.ofBlocks(channel));
    }
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
