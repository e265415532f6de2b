package org.couplet.picture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.WritableRaster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

public class PictureTest {
  /** A file in one of Java's formats. */
  public static byte[] encoded(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    assertEquals(true, ImageIO.write(image, format, file));
    return file.toByteArray();
  }

  private static Picture grey(int height, int width, float... values) {
    return new Picture(height, width, 1, values);
  }

  private static int[] decoded(BufferedImage image) throws IOException {
    return unsigned(decode(encoded(image, "png")).toBytes());
  }

  private static int[] unsigned(byte[] bytes) {
    int[] values = new int[bytes.length];
    Arrays.setAll(values, i -> Byte.toUnsignedInt(bytes[i]));
    return values;
  }

  @Test
  void shrinkingTakesTheMeanOverTheArea() {
    Picture four = grey(4, 4, 0, 4, 8, 8, 8, 12, 8, 8, 100, 100, 1, 2, 100, 100, 3, 4);
    assertArrayEquals(new int[] {6, 8, 100, 3}, unsigned(four.resized(2, 2).toBytes()));
    // 3 -> 2: each new pixel is one old pixel and half of the middle one.
    Picture three = grey(1, 3, 30, 60, 120);
    assertArrayEquals(new int[] {40, 100}, unsigned(three.resized(1, 2).toBytes()));
  }

  @Test
  void enlargingKeepsConstantsAndFollowsSlopes() {
    float[] flat = new float[9];
    Arrays.fill(flat, 77);
    for (int value : unsigned(grey(3, 3, flat).resized(8, 8).toBytes())) {
      assertEquals(77, value);
    }
    float[] slope = new float[20];
    for (int i = 0; i < 20; i++) {
      slope[i] = 10 * i;
    }
    int[] finer = unsigned(grey(1, 20, slope).resized(1, 40).toBytes());
    for (int i = 8; i < 32; i++) {
      assertEquals(5 * i - 2.5, finer[i], 1.0);
    }
  }

  @Test
  void centreSquareLeavesTheExtraPixelRightOrBelow() {
    assertArrayEquals(
        new int[] {2, 3, 6, 7},
        unsigned(grey(2, 4, 1, 2, 3, 4, 5, 6, 7, 8).centreSquare().toBytes()));
    assertArrayEquals(new int[] {2}, unsigned(grey(4, 1, 1, 2, 3, 4).centreSquare().toBytes()));
  }

  @Test
  void planesBecomePixels() {
    Picture picture = Picture.ofPlanes(1, 2, 3, new float[] {1, 2, 3, 4, 5, 6});
    assertArrayEquals(new int[] {1, 3, 5, 2, 4, 6}, unsigned(picture.toBytes()));
  }

  @Test
  void coloursAreReadRedGreenBlue() throws IOException {
    for (int type : new int[] {BufferedImage.TYPE_INT_RGB, BufferedImage.TYPE_3BYTE_BGR}) {
      BufferedImage image = new BufferedImage(2, 1, type);
      image.setRGB(0, 0, 0x0a141e);
      image.setRGB(1, 0, 0xfafbfc);
      assertArrayEquals(new int[] {10, 20, 30, 250, 251, 252}, decoded(image));
    }
  }

  @Test
  void greysKeepTheirValues() throws IOException {
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setSample(0, 0, 0, 100);
    image.getRaster().setSample(1, 0, 0, 200);
    assertArrayEquals(new int[] {100, 200}, decoded(image));
    BufferedImage deep = new BufferedImage(1, 1, BufferedImage.TYPE_USHORT_GRAY);
    deep.getRaster().setSample(0, 0, 0, 100 * 257);
    assertArrayEquals(new int[] {100}, decoded(deep));
  }

  @Test
  void sixteenBitColoursAreScaled() throws IOException {
    var model =
        new java.awt.image.ComponentColorModel(
            java.awt.color.ColorSpace.getInstance(java.awt.color.ColorSpace.CS_sRGB),
            false,
            false,
            java.awt.Transparency.OPAQUE,
            DataBuffer.TYPE_USHORT);
    WritableRaster raster = model.createCompatibleWritableRaster(1, 1);
    raster.setPixel(0, 0, new int[] {10 * 257, 128 * 257, 65535});
    assertArrayEquals(
        new int[] {10, 128, 255}, decoded(new BufferedImage(model, raster, false, null)));
  }

  @Test
  void transparencyLiesOverBlackAndPalettesAreLookedUp() throws IOException {
    BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(0, 0, 0x80ff8000);
    assertArrayEquals(new int[] {128, 64, 0}, decoded(image));
    BufferedImage palette = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_INDEXED);
    palette.setRGB(0, 0, Color.RED.getRGB());
    assertArrayEquals(new int[] {255, 0, 0}, decoded(palette));
  }

  @Test
  void damagedFilesAreCorrupt() throws IOException {
    BufferedImage image = new BufferedImage(64, 64, BufferedImage.TYPE_3BYTE_BGR);
    for (int i = 0; i < 64 * 64; i++) {
      image.setRGB(i % 64, i / 64, i * 2654435);
    }
    for (String format : new String[] {"png", "jpg"}) {
      byte[] whole = encoded(image, format);
      decode(whole);
      for (double share : new double[] {0.01, 0.3, 0.7, 0.95}) {
        byte[] cut = Arrays.copyOf(whole, (int) (whole.length * share));
        assertThrows(
            UnreadableImageException.class, () -> decode(cut), format + " cut to " + share);
      }
    }
    byte[] jpeg = encoded(image, "jpg");
    byte[] withoutEnd = Arrays.copyOf(jpeg, jpeg.length - 2);
    assertThrows(UnreadableImageException.class, () -> decode(withoutEnd));
    assertThrows(UnreadableImageException.class, () -> decode(new byte[100]));
  }

  static Picture decode(byte[] file) throws IOException {
    return new PictureDecoder(PictureReading.AS_STORED, new PixelBudget(1 << 20).share())
        .decode(new ByteArrayInputStream(file));
  }
}
