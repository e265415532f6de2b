package org.couplet.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.couplet.picture.Picture;
import org.couplet.picture.PictureDecoder;
import org.couplet.picture.PictureReading;
import org.couplet.picture.PixelBudget;
import org.couplet.picture.UnreadableImageException;
import org.jspecify.annotations.Nullable;

/** What a source gives, as lines of text. */
final class SourceTrial {
  private SourceTrial() {}

  /** Each image as {@code name=first value}, or {@code name!reason} where it is left out. */
  static List<String> read(Path source, @Nullable String only) throws IOException {
    List<String> lines = new ArrayList<>();
    try (ImageSource images = open(source, only)) {
      for (long i = 0; i < images.size(); i++) {
        ImageSource.Item item = images.next();
        try (PixelBudget.Share memory = PixelBudget.ofMemory().share()) {
          Picture picture =
              item.decoding().decode(new PictureDecoder(PictureReading.AS_STORED, memory));
          lines.add(item.name() + "=" + Byte.toUnsignedInt(picture.toBytes()[0]));
        } catch (UnreadableImageException e) {
          lines.add(item.name() + "!" + e.reason());
        }
      }
    }
    return lines;
  }

  static List<String> read(Path source) throws IOException {
    return read(source, null);
  }

  /** The labels of all images but some. */
  static Optional<Labels> labels(Path source, int... without) throws IOException {
    try (ImageSource images = open(source, null)) {
      BitSet taken = new BitSet();
      taken.set(0, (int) images.size());
      for (int image : without) {
        taken.clear(image);
      }
      return images.labels(taken);
    }
  }

  private static ImageSource open(Path source, @Nullable String only) throws IOException {
    return ImageSources.open(
        new ImageSelection(source, Optional.ofNullable(only), Optional.empty()), List.of());
  }

  /** A PNG of one grey. */
  static byte[] png(int grey) throws IOException {
    BufferedImage image = new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 4; i++) {
      image.setRGB(i % 2, i / 2, 0x10101 * grey);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertEquals(true, ImageIO.write(image, "png", bytes));
    return bytes.toByteArray();
  }
}
