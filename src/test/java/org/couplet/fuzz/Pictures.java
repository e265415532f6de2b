package org.couplet.fuzz;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;

/** Small pictures in the forms of cameras, editors and the web. */
final class Pictures {
  private static final int SIDE = 12;
  private static final int PNG_SIGNATURE = 8;

  // Java writes none.
  private static final List<String> WEBP =
      List.of(
          "lossless",
          "lossy",
          "lossyalpha",
          "lossygrey",
          "alpha",
          "animated",
          "profile",
          "turned6");

  private Pictures() {}

  static List<byte[]> png() throws IOException {
    return List.of(
        encoded(drawn(BufferedImage.TYPE_INT_RGB, 1), "png", false),
        encoded(drawn(BufferedImage.TYPE_4BYTE_ABGR, 2), "png", true),
        encoded(drawn(BufferedImage.TYPE_USHORT_GRAY, 3), "png", false),
        encoded(drawn(BufferedImage.TYPE_BYTE_INDEXED, 4), "png", false));
  }

  static List<byte[]> jpeg() throws IOException {
    return List.of(
        encoded(drawn(BufferedImage.TYPE_INT_RGB, 1), "jpeg", false),
        encoded(drawn(BufferedImage.TYPE_INT_RGB, 2), "jpeg", true),
        encoded(drawn(BufferedImage.TYPE_BYTE_GRAY, 3), "jpeg", false));
  }

  static List<byte[]> gif() throws IOException {
    return List.of(
        encoded(drawn(BufferedImage.TYPE_BYTE_INDEXED, 1), "gif", false),
        encoded(drawn(BufferedImage.TYPE_BYTE_BINARY, 2), "gif", true));
  }

  static List<byte[]> bmp() throws IOException {
    return List.of(
        encoded(drawn(BufferedImage.TYPE_INT_RGB, 1), "bmp", false),
        encoded(drawn(BufferedImage.TYPE_BYTE_INDEXED, 2), "bmp", false));
  }

  static List<byte[]> tiff() throws IOException {
    return List.of(
        encoded(drawn(BufferedImage.TYPE_INT_RGB, 1), "tiff", false),
        encoded(drawn(BufferedImage.TYPE_BYTE_GRAY, 2), "tiff", false));
  }

  static List<byte[]> webp() throws IOException {
    List<byte[]> files = new ArrayList<>();
    for (String name : WEBP) {
      try (InputStream in = Pictures.class.getResourceAsStream("/pictures/" + name + ".webp")) {
        files.add(Objects.requireNonNull(in, name).readAllBytes());
      }
    }
    return files;
  }

  /** A picture of the web's form: three sound ones in a container differ. */
  static byte[] png(int seed) throws IOException {
    return encoded(drawn(BufferedImage.TYPE_INT_RGB, seed), "png", false);
  }

  private static BufferedImage drawn(int type, int seed) {
    BufferedImage image = new BufferedImage(SIDE, SIDE, type);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        int alpha = x == y ? 0x80 : 0xff;
        image.setRGB(
            x, y, alpha << 24 | (20 * x) << 16 | (18 * y) << 8 | (37 * seed + x * y) % 256);
      }
    }
    return image;
  }

  private static byte[] encoded(BufferedImage image, String form, boolean progressive)
      throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName(form).next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (var out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      ImageWriteParam how = writer.getDefaultWriteParam();
      if (how.canWriteProgressive()) {
        how.setProgressiveMode(
            progressive ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
      }
      writer.write(null, new IIOImage(image, null, null), how);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /** A PNG with the checksum of each chunk made right. */
  static byte[] repairedPng(byte[] damaged) {
    ByteBuffer png = ByteBuffer.wrap(damaged.clone());
    int at = PNG_SIGNATURE;
    while (at + 12 <= damaged.length) {
      int length = png.getInt(at);
      if (length < 0 || at + 12L + length > damaged.length) {
        break;
      }
      CRC32 crc = new CRC32();
      crc.update(damaged, at + 4, 4 + length);
      png.putInt(at + 8 + length, (int) crc.getValue());
      at += 12 + length;
    }
    return png.array();
  }
}
