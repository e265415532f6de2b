package org.couplet.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Optional;
import org.couplet.array.ArrayLayout;
import org.couplet.array.ValueRange;
import org.couplet.io.InvalidInputException;
import org.couplet.npy.NpyHeader;
import org.couplet.npy.NpyReader;
import org.couplet.npy.NpyType;
import org.couplet.picture.Picture;
import org.jspecify.annotations.Nullable;

/** Images of one or more NumPy arrays, one after another: {@code .npy} files, {@code .npz} keys. */
final class ArrayImages implements ImageSource {
  private static final int SCAN_VALUES = 1 << 16;

  private final List<Part> parts;
  private final ArrayLayout layout;
  private final ValueRange range;
  private static final int IMAGENET_CLASSES = 1000;

  private final String where;
  private final List<Long> sizes = new ArrayList<>();
  private final long size;

  private int part;
  private long image;
  private @Nullable NpyReader reader;

  /** An array that can be opened more than once. */
  @FunctionalInterface
  interface Part {
    NpyReader open() throws IOException;

    /** Opens the array of its labels; empty if there is none. */
    default Optional<NpyReader> labels() throws IOException {
      return Optional.empty();
    }

    /** Whether it has the name that downsampled ImageNet's images have. */
    default boolean isNamedAsImageNet() {
      return false;
    }
  }

  /**
   * Looks at all headers, and at the values of float arrays.
   *
   * @param parts at least one; all of one type and image shape
   * @throws InvalidInputException if they differ or are not images
   */
  ArrayImages(List<Part> parts) throws IOException {
    this.parts = parts;
    NpyHeader first;
    try (NpyReader array = parts.get(0).open()) {
      first = array.header();
      where = array.where();
    }
    layout = ArrayLayout.of(first.shape(), where);
    long images = 0;
    for (Part each : parts) {
      try (NpyReader array = each.open()) {
        boolean same = array.header().type() == first.type();
        if (!same || !ArrayLayout.of(array.header().shape(), array.where()).equals(layout)) {
          throw new InvalidInputException(
              "%s: %s %s does not go with %s of %s; convert them apart"
                  .formatted(
                      array.where(),
                      array.header().type().descr(),
                      array.header().shape(),
                      first.shape(),
                      where));
        }
        sizes.add(array.header().shape().get(0));
        images += array.header().shape().get(0);
      }
    }
    size = images;
    range = range(parts, first.type(), where);
  }

  // Looks at the values until they decide: at all floats, but only at the first of most integers.
  private static ValueRange range(List<Part> parts, NpyType type, String where) throws IOException {
    double least = Double.POSITIVE_INFINITY;
    double greatest = Double.NEGATIVE_INFINITY;
    for (Part each : parts) {
      try (NpyReader array = each.open()) {
        long left = type == NpyType.B1 ? 0 : array.header().size();
        while (left > 0 && !ValueRange.isSettled(type, greatest)) {
          int count = (int) Math.min(SCAN_VALUES, left);
          for (double value : array.nextDoubles(count)) {
            if (!Double.isFinite(value)) {
              throw new InvalidInputException(
                  array.where()
                      + ": contains "
                      + value
                      + ", which is not a valid pixel value; remove it");
            }
            least = Math.min(least, value);
            greatest = Math.max(greatest, value);
          }
          left -= count;
        }
      }
    }
    return ValueRange.of(type, least, greatest, where);
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int channels() {
    return layout.channels();
  }

  @Override
  public Item next() throws IOException {
    NpyReader current = currentReader();
    String name = current.where() + " image " + image;
    NpyType type = current.header().type();
    ByteBuffer values = current.next(layout.values());
    image++;
    return new Item(name, values.remaining(), decoder -> decode(type, values, name));
  }

  @Override
  public void skip(long images) throws IOException {
    long left = images;
    while (left > 0) {
      NpyReader current = currentReader();
      long here = Math.min(left, current.header().shape().get(0) - image);
      current.skip(here * layout.values());
      image += here;
      left -= here;
    }
  }

  // Opens the next array when this one is read to its end.
  private NpyReader currentReader() throws IOException {
    NpyReader current = reader == null ? parts.get(part).open() : reader;
    while (image == current.header().shape().get(0)) {
      current.close();
      part++;
      image = 0;
      current = parts.get(part).open();
    }
    reader = current;
    return current;
  }

  private Picture decode(NpyType type, ByteBuffer values, String name) {
    float[] brightness = new float[layout.values()];
    for (int i = 0; i < brightness.length; i++) {
      double value = type.next(values);
      brightness[i] = range.apply(value);
      if (brightness[i] < 0 || brightness[i] > 255) {
        throw new InvalidInputException(
            "%s: the value %s is not in 0..255; clip or scale the array"
                .formatted(name, (float) value));
      }
    }
    return layout.picture(brightness);
  }

  @Override
  public Optional<Labels> labels(BitSet taken) throws IOException {
    List<Long> all = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      Optional<NpyReader> labels = parts.get(i).labels();
      if (labels.isEmpty()) {
        return Optional.empty();
      }
      try (NpyReader array = labels.get()) {
        all.addAll(Labels.read(array, sizes.get(i)));
      }
    }
    // Downsampled ImageNet counts its classes from 1.
    LongSummaryStatistics range = all.stream().mapToLong(each -> each).summaryStatistics();
    boolean fromOne =
        parts.stream().allMatch(Part::isNamedAsImageNet)
            && range.getMin() == 1
            && range.getMax() == IMAGENET_CLASSES;
    long first = fromOne ? 1 : 0;
    return Optional.of(
        new Labels(taken.stream().mapToObj(i -> all.get(i) - first).toList(), List.of()));
  }

  @Override
  public void close() throws IOException {
    if (reader != null) {
      reader.close();
    }
  }
}
