package org.couplet.report;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.couplet.io.AtomicFile;
import org.couplet.io.PictureLimit;

/** Many small images in one picture, row by row, on white. */
public final class SampleGrid {
  /** As magnification: the largest that keeps an image's longer side within 64 pixels, or 1. */
  public static final int AUTOMATIC = 0;

  private SampleGrid() {}

  /**
   * The images at their own size.
   *
   * @param nhwc pixels, [n, h, w, c], 0..255
   * @param n number of images, at least 1
   * @param h height, pixels
   * @param w width, pixels
   * @param c channels: 1 (grey) or 3 (red, green, blue)
   * @param columns images in a row; 0 for as many as make the grid square
   * @param padding pixels between images and around them
   */
  public static BufferedImage of(
      byte[] nhwc, int n, int h, int w, int c, int columns, int padding) {
    return of(nhwc, n, h, w, c, columns, padding, 1);
  }

  /**
   * The images, each pixel a square of {@code magnification} pixels, or {@link #AUTOMATIC}.
   *
   * @see #of(byte[], int, int, int, int, int, int)
   */
  public static BufferedImage of(
      byte[] nhwc, int n, int h, int w, int c, int columns, int padding, int magnification) {
    requireImages(nhwc, n, h, w, c);
    if (columns < 0 || padding < 0 || magnification < 0) {
      throw new IllegalArgumentException("columns, padding and magnification are at least 0");
    }
    int scale = magnification == AUTOMATIC ? automatic(Math.max(h, w)) : magnification;
    int across = columns == 0 ? (int) Math.ceil(Math.sqrt(n)) : columns;
    int down = (n + across - 1) / across;
    BufferedImage grid =
        new BufferedImage(
            extent(across, w, scale, padding),
            extent(down, h, scale, padding),
            BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = grid.createGraphics();
    try {
      graphics.setColor(Color.WHITE);
      graphics.fillRect(0, 0, grid.getWidth(), grid.getHeight());
      for (int i = 0; i < n; i++) {
        int x = padding + i % across * (w * scale + padding);
        int y = padding + i / across * (h * scale + padding);
        // Nearest neighbour, Graphics2D's own choice, keeps pixels square.
        graphics.drawImage(image(nhwc, i, h, w, c), x, y, w * scale, h * scale, null);
      }
    } finally {
      graphics.dispose();
    }
    return grid;
  }

  /** The side of a square image at the magnification {@link #AUTOMATIC}. */
  public static int magnified(int side) {
    return side * automatic(side);
  }

  private static int automatic(int side) {
    return Math.max(1, PictureLimit.VIEWABLE / side);
  }

  /** Writes a picture as PNG; the file appears whole. */
  public static void writePng(BufferedImage picture, Path file) throws IOException {
    byte[] encoded = png(picture);
    AtomicFile.write(file, out -> out.write(encoded));
  }

  /** A picture as PNG. */
  public static byte[] png(BufferedImage picture) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    // In memory: ImageIO would otherwise pass each picture through a temporary file.
    try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      if (!ImageIO.write(picture, "png", out)) {
        throw new IOException("this Java has no PNG writer");
      }
    }
    return bytes.toByteArray();
  }

  private static void requireImages(byte[] nhwc, int n, int h, int w, int c) {
    if (n < 1 || h < 1 || w < 1 || (c != 1 && c != 3)) {
      throw new IllegalArgumentException(
          "no images: n %d, h %d, w %d, c %d (1 or 3)".formatted(n, h, w, c));
    }
    if (nhwc.length != (long) n * h * w * c) {
      throw new IllegalArgumentException(
          "%d bytes are not [%d, %d, %d, %d]".formatted(nhwc.length, n, h, w, c));
    }
  }

  private static int extent(int images, int pixels, int scale, int padding) {
    return Math.toIntExact((long) images * ((long) pixels * scale + padding) + padding);
  }

  private static BufferedImage image(byte[] nhwc, int index, int h, int w, int c) {
    BufferedImage image = new BufferedImage(w, h, BufferedImage.TYPE_INT_RGB);
    int at = index * h * w * c;
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++, at += c) {
        int red = nhwc[at] & 0xff;
        int green = c == 1 ? red : nhwc[at + 1] & 0xff;
        int blue = c == 1 ? red : nhwc[at + 2] & 0xff;
        image.setRGB(x, y, red << 16 | green << 8 | blue);
      }
    }
    return image;
  }
}
