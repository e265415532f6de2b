package org.couplet.picture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PictureKindTest {
  @Test
  void whatJavaWritesIsKnownByItsFirstBytes() throws IOException {
    BufferedImage image = new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB);
    for (String format : new String[] {"png", "jpeg", "gif", "bmp", "tiff"}) {
      byte[] file = PictureTest.encoded(image, format);
      PictureKind kind = PictureKind.of(Arrays.copyOf(file, PictureKind.HEAD));
      assertEquals(format, kind.word());
      assertTrue(kind.isRead());
    }
  }

  // First bytes as the formats' own definitions give them.
  @ParameterizedTest
  @CsvSource({
    "00000018667479706865696300000000, HEIC",
    "0000001c667479706d69663100000000, HEIC",
    "00000020667479706176696600000000, AVIF",
    "000000206674797069736f6d00000200, VIDEO",
    "1a45dfa39f4286810142f7810142f281, VIDEO",
    "52494646000000004156492000000000, VIDEO",
    "52494646000000005741564500000000, AUDIO",
    "5249464600000000574542505650384c, WEBP",
    "0000000c6a5020200d0a870a00000000, JPEG_2000",
    "ff4fff51002f00000000000000000000, JPEG_2000",
    "0000000c4a584c200d0a870a00000000, JPEG_XL",
    "ff0a7f7f, JPEG_XL",
    "38425053000100000000000000030000, PHOTOSHOP",
    "00000100010010100000010020006804, ICON",
    "00000200010020200000020003003001, ICON",
    "000002000000000000000000100010001820, TGA",
    "00000a000000000000000000100010002028, TGA",
    "000003000000000000000000100010000820, TGA",
    "000101000000011800000000100010000820, TGA",
    "0a0501080000000007000700, PCX",
    "01da0001000300100010000300000000, SGI",
    "59a66a95000000100000001000000018, SUN_RASTER",
    "716f696600000010000000100301feff, QOI",
    "444453207c000000, DDS",
    "762f31010200000063686e6c, OPENEXR",
    "49492b00080000001000000000000000, BIG_TIFF",
    "4949bc0120000000, JPEG_XR",
    "49492a00100000004352020000000000, CAMERA_RAW",
    "49491a00000048454150434344520200, CAMERA_RAW",
    "00000018667479706372782000000001, CAMERA_RAW",
    "4949524f0800000000000000, CAMERA_RAW",
    "49495500180000008800e7a1, CAMERA_RAW",
    "46554a4946494c4d4343442d52415720, CAMERA_RAW",
    "c5d0d3c61e000000, POSTSCRIPT",
    "000008030000ea600000001c0000001c, IDX",
    "000008010000ea60, IDX",
    "255044462d312e370a, PDF",
    "934e554d5059010076007b2764657363, ARRAY",
    "504b0304140000000800, ARCHIVE",
    "1f8b0800000000000003, ARCHIVE",
    "424d3a0000000000000000000000070000, UNKNOWN",
    "0001020304050607, UNKNOWN",
    "'', EMPTY",
  })
  void kindFollowsFromTheFirstBytes(String head, PictureKind expected) {
    assertEquals(expected, PictureKind.of(HexFormat.of().parseHex(head)));
  }

  @ParameterizedTest
  @CsvSource({
    "'name,class', TEXT",
    "'BMW 3, a car', TEXT",
    "'RIFFs and more', UNKNOWN",
    "'<?xml version=\"1.0\"?><svg width=\"1\">', SVG",
    "grüße, TEXT",
    "'P5\n16 16\n255\n...', PGM",
    "'P2\n# by hand\n2 2 255\n1 2 3 4', PGM",
    "'P6 16 16 255 \u0001', PPM",
    "'P4\n8 8\n\u0001', PBM",
    "'P7\nWIDTH 16\n', PAM",
    "'P5 is a page', TEXT",
    "'%!PS-Adobe-3.0 EPSF-3.0', POSTSCRIPT",
    "'#?RADIANCE\nFORMAT=32-bit_rle_rgbe', RADIANCE",
  })
  void textIsToldFromDrawings(String text, PictureKind expected) {
    assertEquals(expected, PictureKind.of(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void whatIsNoPictureIsNamedAndNotReadOn() {
    InputStream endless =
        new InputStream() {
          private long at;

          @Override
          public int read() {
            if (at > 1 << 16) {
              throw new IllegalStateException("read on");
            }
            return "\0\0\0\u0018ftypheic".charAt((int) (at++ % 12));
          }

          @Override
          public int read(byte[] bytes, int offset, int count) {
            for (int i = 0; i < count; i++) {
              bytes[offset + i] = (byte) read();
            }
            return count;
          }
        };
    var refusal =
        assertThrows(
            UnreadableImageException.class,
            () ->
                new PictureDecoder(PictureReading.AS_STORED, new PixelBudget(1).share())
                    .decode(endless));
    assertEquals("heic", refusal.reason());
    assertEquals("a HEIC picture, which is not read", refusal.getMessage());
    refusal =
        assertThrows(
            UnreadableImageException.class,
            () ->
                new PictureDecoder(PictureReading.AS_STORED, new PixelBudget(1).share())
                    .decode(new ByteArrayInputStream(new byte[0])));
    assertEquals("an empty file", refusal.getMessage());
  }
}
