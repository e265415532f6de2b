package org.couplet.picture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Files that claim too much are refused before it is believed. */
@Timeout(60)
class PictureLimitsTest {
  private static final Path PICTURES = Path.of("src/test/resources/pictures");

  private static UnreadableImageException refusal(InputStream file, int budget) {
    return assertThrows(
        UnreadableImageException.class,
        () ->
            new PictureDecoder(PictureReading.AS_STORED, new PixelBudget(budget).share())
                .decode(file));
  }

  private static UnreadableImageException refusal(byte[] file) {
    return refusal(new ByteArrayInputStream(file), 1 << 30);
  }

  // A PNG's header with another size, and its checksum made right.
  private static byte[] claiming(int width, int height) throws IOException {
    byte[] png = PictureTest.encoded(new BufferedImage(2, 2, BufferedImage.TYPE_BYTE_GRAY), "png");
    ByteBuffer header = ByteBuffer.wrap(png);
    header.putInt(16, width).putInt(20, height);
    CRC32 checksum = new CRC32();
    checksum.update(png, 12, 17);
    header.putInt(29, (int) checksum.getValue());
    return png;
  }

  @Test
  void pixelsAreLimitedInLongArithmetic() throws IOException {
    assertEquals("too large", refusal(claiming(1 << 13, (1 << 13) + 1)).reason());
    // 2^32 pixels are 0 in int arithmetic.
    assertEquals("too large", refusal(claiming(1 << 16, 1 << 16)).reason());
    assertEquals("too large", refusal(claiming(Integer.MAX_VALUE, 1)).reason());
    assertEquals("corrupt", refusal(claiming(-5, 3)).reason());
  }

  @Test
  void pictureTooLargeForMemoryIsRefusedBeforeItIsDecoded() throws IOException {
    // 67 million x 1, fewer than the limit.
    var refusal = refusal(new ByteArrayInputStream(claiming(67_000_000, 1)), 1 << 20);
    assertEquals("too large", refusal.reason());
    assertTrue(String.valueOf(refusal.getMessage()).contains("Java's memory"), refusal.toString());
  }

  @Test
  void decodersOwnErrorsAreNotShown() throws IOException {
    byte[] webp = Files.readAllBytes(PICTURES.resolve("lossyalpha.webp"));
    webp[20] = 0; // no transparency in the flags, but in what follows
    assertEquals("corrupt image (damaged)", refusal(webp).getMessage());
  }

  @Test
  void partOfAPngThatGoesBeyondItsEndIsRefused() throws IOException {
    byte[] png = PictureTest.encoded(new BufferedImage(9, 9, BufferedImage.TYPE_INT_RGB), "png");
    // The length of the pixels' part, which follows the header, and one of their bytes.
    ByteBuffer.wrap(png).putInt(33, png.length);
    png[png.length - 25] ^= 1;
    assertEquals("corrupt image (it ends too early)", refusal(png).getMessage());
  }

  @Test
  void webpThatIsCutOffIsRefused() throws IOException {
    byte[] webp = Files.readAllBytes(PICTURES.resolve("lossless.webp"));
    for (int length = webp.length - 1; length > 20; length--) {
      var refusal = refusal(Arrays.copyOf(webp, length));
      assertEquals("corrupt image (it ends too early)", refusal.getMessage());
    }
  }

  @Test
  void tiffWithAnImpossibleSideIsRefused() throws IOException {
    byte[] tiff = Files.readAllBytes(PICTURES.resolve("colours.tif"));
    ByteBuffer file = ByteBuffer.wrap(tiff).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    int entry = file.getInt(4) + 2;
    assertEquals(0x100, file.getShort(entry));
    for (long width : new long[] {0, 0xf000000eL, 0xffffffffL, 1L << 27}) {
      file.putShort(entry + 2, (short) 4).putInt(entry + 8, (int) width);
      assertEquals(
          "corrupt image (a side of %d pixels)".formatted(width), refusal(tiff).getMessage());
    }
    // A directory beyond the file's end, also in unsigned numbers.
    file.putInt(4, -10);
    assertEquals("corrupt", refusal(tiff).reason());
  }

  @Test
  void scansOfProgressiveJpegsAreCounted() throws IOException {
    byte[] jpeg = Files.readAllBytes(PICTURES.resolve("progressive.jpg"));
    int scans = JpegHeader.of(jpeg).scans();
    assertTrue(scans > 1 && scans < PictureDecoder.MAXIMUM_SCANS, scans + " scans");
    // The last scan again and again, before the end mark.
    int last = jpeg.length - 2;
    while ((jpeg[last] & 0xff) != 0xff || (jpeg[last + 1] & 0xff) != 0xda) {
      last--;
    }
    ByteArrayOutputStream many = new ByteArrayOutputStream();
    many.write(jpeg, 0, last);
    for (int i = 0; i <= PictureDecoder.MAXIMUM_SCANS; i++) {
      many.write(jpeg, last, jpeg.length - 2 - last);
    }
    many.write(jpeg, jpeg.length - 2, 2);
    assertEquals("too many scans", refusal(many.toByteArray()).reason());
  }

  @Test
  void fileWithoutEndIsTooLarge() throws IOException {
    byte[] start = claiming(2, 2);
    InputStream endless =
        new InputStream() {
          private int at;

          @Override
          public int read() {
            return at < start.length ? start[at++] & 0xff : 0;
          }

          @Override
          public int read(byte[] bytes, int offset, int length) {
            for (int i = 0; i < length; i++) {
              bytes[offset + i] = (byte) read();
            }
            return length;
          }
        };
    assertEquals("too large", refusal(endless, 1 << 20).reason());
  }

  @Test
  void abortedDecodingEnds() throws IOException {
    byte[] png = PictureTest.encoded(new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB), "png");
    PictureDecoder decoder =
        new PictureDecoder(PictureReading.AS_STORED, new PixelBudget(100).share());
    decoder.abort();
    var refusal =
        assertThrows(
            UnreadableImageException.class, () -> decoder.decode(new ByteArrayInputStream(png)));
    assertEquals("too slow", refusal.reason());
  }

  @Test
  void damagedMetadataCountAsNotThere() throws IOException {
    byte[] jpeg = Files.readAllBytes(PICTURES.resolve("turned6.jpg"));
    assertEquals(6, Metadata.of(PictureKind.JPEG, jpeg).orientation().number());
    for (int at = 2; at < jpeg.length; at++) {
      for (int value : new int[] {0, 0x7f, 0x80, 0xff}) {
        byte[] damaged = jpeg.clone();
        damaged[at] = (byte) value;
        Metadata.of(PictureKind.JPEG, damaged);
        JpegHeader.of(damaged);
      }
      Metadata.of(PictureKind.JPEG, java.util.Arrays.copyOf(jpeg, at));
    }
    for (String name : new String[] {"turned6.png", "turned6.webp", "turned6.tif"}) {
      byte[] file = Files.readAllBytes(PICTURES.resolve(name));
      PictureKind kind = PictureKind.of(file);
      for (int at = 0; at < file.length; at++) {
        byte[] damaged = file.clone();
        damaged[at] = (byte) 0xff;
        Metadata.of(kind, damaged);
        Metadata.of(kind, java.util.Arrays.copyOf(file, at));
      }
    }
  }
}
