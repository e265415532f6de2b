package org.couplet.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.couplet.io.FileFailure;
import org.couplet.io.InvalidInputException;
import org.couplet.npy.NpyHeader;
import org.couplet.npy.NpyType;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TUint8;

/**
 * Images of a uint8 {@code .npy} file [count, height, width, channels], as {@code couplet data}
 * writes it. The file is mapped, not read: it may be larger than memory, and the system keeps what
 * fits.
 */
public final class NpyImages implements Dataset {
  // A map holds whole images and at most this many bytes; Java's maps end at 2 GiB.
  private static final long MAP_BYTES = 1L << 30;

  private final Path file;
  private final List<MappedByteBuffer> maps;
  private final Shape elementShape;
  private final int elementBytes;
  private final long count;
  private final long imagesPerMap;

  private NpyImages(Path file, FileChannel channel, NpyHeader header) throws IOException {
    this.file = file;
    elementShape = header.shape().subShape(1, 4);
    elementBytes = Math.toIntExact(elementShape.size());
    count = header.shape().get(0);
    imagesPerMap = Math.max(1, MAP_BYTES / elementBytes);
    maps = new ArrayList<>();
    for (long first = 0; first < count; first += imagesPerMap) {
      long images = Math.min(imagesPerMap, count - first);
      maps.add(
          channel.map(
              FileChannel.MapMode.READ_ONLY,
              header.length() + first * elementBytes,
              images * elementBytes));
    }
  }

  /**
   * Opens a file.
   *
   * @param resolution height and width that it must have, pixels
   * @param channels that it must have
   * @throws InvalidInputException if there is no such file or it holds something else
   */
  public static NpyImages open(Path file, int resolution, int channels) throws IOException {
    if (file.toString().isEmpty()) {
      throw new InvalidInputException(
          "dataset.image_file.path: not given; name a .npy file made by `couplet data` (or --data)");
    }
    Optional<String> missing = MissingImages.of(file, resolution);
    if (missing.isPresent()) {
      throw new InvalidInputException(missing.get());
    }
    return FileFailure.reading(file, () -> map(file, resolution, channels));
  }

  private static NpyImages map(Path file, int resolution, int channels) throws IOException {
    NpyHeader header;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      header = NpyHeader.read(in, file.toString());
    }
    check(file, header, resolution, channels);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return new NpyImages(file, channel, header);
    }
  }

  private static void check(Path file, NpyHeader header, int resolution, int channels)
      throws IOException {
    Shape shape = header.shape();
    if (header.type() != NpyType.U1 || shape.numDimensions() != 4 || shape.get(0) < 1) {
      throw new InvalidInputException(
          "%s: holds %s %s, not uint8 [count, height, width, channels]; convert it with `couplet data`"
              .formatted(file, header.type().descr(), shape));
    }
    if (shape.get(1) != resolution || shape.get(2) != resolution) {
      throw new InvalidInputException(
          "%s: images of %d x %d where dataset.image_file.resolution is %d; convert with `couplet data --size %d`"
              .formatted(file, shape.get(1), shape.get(2), resolution, resolution));
    }
    if (shape.get(3) != channels) {
      throw new InvalidInputException(
          "%s: %d colour channels where dataset.image_file.channels is %d; set it to %d, or convert other images with `couplet data`"
              .formatted(file, shape.get(3), channels, shape.get(3)));
    }
    long expected = header.length() + header.valueBytes();
    if (Files.size(file) != expected) {
      throw new InvalidInputException(
          "%s: has %d bytes where its header says %d; make it again with `couplet data`"
              .formatted(file, Files.size(file), expected));
    }
  }

  @Override
  public long size() {
    return count;
  }

  @Override
  public Shape elementShape() {
    return elementShape;
  }

  @Override
  public TUint8 batch(long[] indices) {
    byte[] image = new byte[elementBytes];
    return ImageTensor.of(elementShape, indices.length, row -> read(indices[row], image));
  }

  private byte[] read(long index, byte[] image) {
    Objects.checkIndex(index, count);
    MappedByteBuffer map = maps.get((int) (index / imagesPerMap));
    map.get((int) (index % imagesPerMap) * elementBytes, image);
    return image;
  }

  @Override
  public Optional<ClassLabels> classLabels() throws IOException {
    return ClassLabels.beside(file, count);
  }

  /** Nothing to do: the maps go when nothing refers to them. */
  @Override
  public void close() {}
}
