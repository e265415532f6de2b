package org.couplet.source;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.couplet.archive.Compression;
import org.couplet.array.ArrayLayout;
import org.couplet.io.InvalidInputException;
import org.couplet.picture.Picture;
import org.couplet.picture.PictureKind;

/**
 * MNIST's idx files: 4 bytes (two zeros, 8 for unsigned bytes, the number of dimensions), each
 * dimension as 4 bytes, big endian, then the values; compressed or not. Images have 3 dimensions.
 * Their labels, of one, lie beside: {@code labels-idx1} in place of {@code images-idx3}.
 */
final class IdxImages implements ImageSource {
  private static final int OF_IMAGES = 0x803;
  private static final int OF_LABELS = 0x801;

  private final Path source;
  private final DataInputStream in;
  private final int count;
  private final int height;
  private final int width;
  private int next;

  IdxImages(Path source, Compression compression) throws IOException {
    this.source = source;
    this.in = new DataInputStream(compression.open(source));
    try {
      in.readInt();
      count = in.readInt();
      height = in.readInt();
      width = in.readInt();
      if (count < 0 || height < 1 || width < 1 || (long) height * width > ArrayLayout.MOST_PIXELS) {
        throw new InvalidInputException(
            "%s: damaged idx header (%d images of %d x %d); fetch it again"
                .formatted(source, count, height, width));
      }
    } catch (IOException e) {
      in.close();
      throw damaged(source, e);
    } catch (InvalidInputException e) {
      in.close();
      throw e;
    }
  }

  /**
   * Whether decompressed bytes begin an idx file of images.
   *
   * @throws InvalidInputException if they begin one of something else
   */
  static boolean isIn(byte[] head, Path source) {
    if (head.length < 4 || head[0] != 0 || head[1] != 0) {
      return false;
    }
    int magic = ByteBuffer.wrap(head).getInt();
    if (magic == OF_LABELS) {
      throw new InvalidInputException(
          source + ": an idx file of labels; give that of the images (...images-idx3-ubyte)");
    }
    return magic == OF_IMAGES;
  }

  @Override
  public long size() {
    return count;
  }

  @Override
  public int channels() {
    return 1;
  }

  @Override
  public Item next() throws IOException {
    byte[] values = new byte[height * width];
    try {
      in.readFully(values);
      next++;
      // Also makes the checksum be checked.
      if (next == count && in.read() >= 0) {
        throw new InvalidInputException(source + ": goes on after its last image; fetch it again");
      }
    } catch (IOException e) {
      throw damaged(source, e);
    }
    return new Item(source + " image " + (next - 1), values.length, decoder -> picture(values));
  }

  private Picture picture(byte[] values) {
    float[] brightness = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      brightness[i] = Byte.toUnsignedInt(values[i]);
    }
    return new Picture(height, width, 1, brightness).of(PictureKind.IDX);
  }

  @Override
  public Optional<Labels> labels(BitSet taken) throws IOException {
    Optional<Path> file = labelsFile();
    if (file.isEmpty()) {
      return Optional.empty();
    }
    byte[] head;
    try (var bytes = Files.newInputStream(file.get())) {
      head = bytes.readNBytes(4);
    }
    try (DataInputStream labels = new DataInputStream(Compression.of(head).open(file.get()))) {
      int magic = labels.readInt();
      int labelled = labels.readInt();
      if (magic != OF_LABELS || labelled != count) {
        throw new InvalidInputException(
            "%s: is not the labels of the %d images beside it; fetch it again, or move it away"
                .formatted(file.get(), count));
      }
      byte[] values = new byte[count];
      labels.readFully(values);
      if (labels.read() >= 0) {
        throw new InvalidInputException(
            file.get() + ": goes on after its last label; fetch it again");
      }
      List<Long> ofImages = new ArrayList<>();
      taken.stream().forEach(image -> ofImages.add((long) Byte.toUnsignedInt(values[image])));
      return Optional.of(new Labels(ofImages, List.of()));
    } catch (IOException e) {
      throw damaged(file.get(), e);
    }
  }

  private Optional<Path> labelsFile() {
    String name = source.getFileName().toString();
    String labels = name.replace("images", "labels").replace("idx3", "idx1");
    if (labels.equals(name)) {
      return Optional.empty();
    }
    String plain = labels.replaceFirst("\\.(gz|bz2)$", "");
    return List.of(labels, plain, plain + ".gz").stream()
        .map(source::resolveSibling)
        .filter(Files::isRegularFile)
        .findFirst();
  }

  private static InvalidInputException damaged(Path file, Exception cause) {
    String reason = cause.getMessage() == null ? "it ends too early" : cause.getMessage();
    return new InvalidInputException(
        file + ": damaged or cut off (" + reason + "); fetch it again", cause);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
