package org.couplet.data;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.couplet.io.ContentHash;
import org.couplet.source.Labels;
import org.jspecify.annotations.Nullable;

/**
 * What tells one data file from another, wherever it lies: read in milliseconds, whatever the size.
 *
 * @param count number of elements
 * @param shape of an element
 * @param bytes of the file
 * @param blocks SHA-256 of 4 KiB at each of 64 places, evenly spread from the first byte to the
 *     last; a change between them is not seen
 * @param labels SHA-256 of the file of labels; null of a model without classes, and in the
 *     histories of versions before this was kept
 */
public record DataIdentity(
    long count, List<Long> shape, long bytes, String blocks, @Nullable String labels) {
  /**
   * Of a file of images.
   *
   * @param labelled whether the labels beside it count
   */
  public static DataIdentity of(Path file, Dataset dataset, boolean labelled) throws IOException {
    Path labels = Labels.fileBeside(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      List<Long> shape = Arrays.stream(dataset.elementShape().asArray()).boxed().toList();
      return new DataIdentity(
          dataset.size(),
          shape,
          channel.size(),
          ContentHash.ofBlocks(channel),
          labelled && Files.exists(labels) ? ContentHash.of(labels) : null);
    }
  }

  /** How another file differs from this one; empty if it is the same as far as this tells. */
  public Optional<String> difference(DataIdentity other) {
    if (count != other.count || !shape.equals(other.shape)) {
      return Optional.of(other.describe() + " where there were " + describe());
    }
    if (bytes != other.bytes) {
      return Optional.of("%,d bytes where there were %,d".formatted(other.bytes, bytes));
    }
    if (!blocks.equals(other.blocks)) {
      return Optional.of("as many images, but other pixels");
    }
    boolean known = labels != null && other.labels != null;
    return known && !Objects.equals(labels, other.labels)
        ? Optional.of("the same images, but other labels")
        : Optional.empty();
  }

  private String describe() {
    return "%,d images of %s".formatted(count, shape);
  }
}
