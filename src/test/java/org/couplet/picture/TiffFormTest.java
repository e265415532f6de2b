package org.couplet.picture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Forms of colours in TIFFs: read right, or refused by name. */
class TiffFormTest {
  private static final int SIDE = 8;
  private static final int[] COLOUR = {200, 40, 60};
  private static final double[] BT_601 = {0.299, 0.587, 0.114};
  private static final double[] BT_709 = {0.2126, 0.7152, 0.0722};

  private static TiffBytes flat(int colours, int... pixel) {
    return new TiffBytes(SIDE, SIDE, colours, 8, pixel.length).repeated(pixel);
  }

  // Full range, as JFIF has it.
  private static int[] brightnessAndColours(double[] weights) {
    double y = weights[0] * COLOUR[0] + weights[1] * COLOUR[1] + weights[2] * COLOUR[2];
    return new int[] {
      (int) Math.round(y),
      (int) Math.round(128 + (COLOUR[2] - y) / (2 - 2 * weights[2])),
      (int) Math.round(128 + (COLOUR[0] - y) / (2 - 2 * weights[0]))
    };
  }

  private static Picture decode(TiffBytes tiff) throws IOException {
    return PictureTest.decode(tiff.toBytes());
  }

  private static void assertColour(TiffBytes tiff, int... expected) throws IOException {
    byte[] pixels = decode(tiff).toBytes();
    assertEquals(SIDE * SIDE * expected.length, pixels.length);
    for (int i = 0; i < pixels.length; i++) {
      // Rounding to YCbCr and back.
      assertEquals(expected[i % expected.length], Byte.toUnsignedInt(pixels[i]), 2, "value " + i);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void brightnessAndColoursBecomeRgb(boolean deflated) throws IOException {
    TiffBytes tiff = flat(6, brightnessAndColours(BT_601)).with(530, 1, 1).deflated(deflated);
    assertColour(tiff, COLOUR);
    assertEquals(Set.of(), decode(tiff).notes().traits());
    assertColour(
        flat(6, brightnessAndColours(BT_709))
            .with(530, 1, 1)
            .withFractions(529, BT_709)
            .deflated(deflated),
        COLOUR);
    int[] ycc = brightnessAndColours(BT_601);
    int[] video = {
      Math.round(16 + ycc[0] * 219 / 255f),
      Math.round(128 + (ycc[1] - 128) * 112 / 127f),
      Math.round(128 + (ycc[2] - 128) * 112 / 127f)
    };
    assertColour(
        flat(6, video)
            .with(530, 1, 1)
            .withFractions(532, 16, 235, 128, 240, 128, 240)
            .deflated(deflated),
        COLOUR);
  }

  @ParameterizedTest
  @CsvSource({"2,2,false", "2,2,true", "2,1,true", "1,2,false", "4,4,true"})
  void pixelsMayShareColours(int across, int down, boolean deflated) throws IOException {
    int[] colours = brightnessAndColours(BT_601);
    int[] group = new int[across * down + 2];
    group[across * down] = colours[1];
    group[across * down + 1] = colours[2];
    TiffBytes tiff = new TiffBytes(SIDE, SIDE, 6, 8, 3).with(530, across, down);
    for (int row = 0; row < SIDE; row += down) {
      for (int column = 0; column < SIDE; column += across) {
        for (int i = 0; i < across * down; i++) {
          group[i] = brightness(row + i / across, column + i % across);
        }
        tiff.add(group);
      }
    }
    byte[] pixels = decode(tiff.deflated(deflated)).toBytes();
    for (int i = 0; i < SIDE * SIDE; i++) {
      double y = brightness(i / SIDE, i % SIDE);
      assertEquals(
          y + 1.402 * (colours[2] - 128), Byte.toUnsignedInt(pixels[3 * i]), 1, "red of " + i);
      assertEquals(
          y - 0.344136 * (colours[1] - 128) - 0.714136 * (colours[2] - 128),
          Byte.toUnsignedInt(pixels[3 * i + 1]),
          1,
          "green of " + i);
    }
  }

  private static int brightness(int row, int column) {
    return 80 + row * 3 + column;
  }

  @Test
  void otherFormsThatAreReadAreReadRight() throws IOException {
    assertColour(flat(0, 255 - 200), 200);
    assertColour(flat(1, 200), 200);
    assertColour(flat(2, COLOUR), COLOUR);
    assertColour(flat(5, 55, 215, 195, 0), COLOUR);
    assertColour(flat(2, 200, 40, 60, 128).with(338, 2), 100, 20, 30);
    assertColour(flat(2, 100, 20, 30, 128).with(338, 1), 100, 20, 30);
    assertColour(flat(0, 255 - 200, 128).with(338, 2), 100);
    int[] map = new int[3 * 256];
    for (int i = 0; i < 3; i++) {
      map[i * 256 + 7] = COLOUR[i] * 257;
    }
    assertColour(flat(3, 7).with(320, map), COLOUR);
    assertColour(sixteenBits(2, COLOUR), COLOUR);
    assertColour(sixteenBits(0, 255 - 200), 200);
  }

  private static TiffBytes sixteenBits(int colours, int... pixel) {
    int[] bytes = new int[2 * pixel.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = pixel[i / 2];
    }
    return new TiffBytes(SIDE, SIDE, colours, 16, pixel.length).repeated(bytes);
  }

  @Test
  void aPreviewIsNotTakenForThePictureBehindIt() throws IOException {
    TiffBytes preview = flat(2, COLOUR).with(254, 1);
    assertColour(preview, COLOUR);
    byte[] two = preview.toBytes();
    ByteBuffer file = ByteBuffer.wrap(two).order(ByteOrder.LITTLE_ENDIAN);
    int directory = file.getInt(4);
    // The next one is the same.
    file.putInt(directory + 2 + 12 * file.getShort(directory), directory);
    var refusal = assertThrows(UnreadableImageException.class, () -> PictureTest.decode(two));
    assertTrue(String.valueOf(refusal.getMessage()).contains("a preview before the picture"));
  }

  @Test
  void formsThatJavaTakesForOthersAreRefusedByName() throws IOException {
    Map<TiffBytes, String> forms =
        Map.ofEntries(
            Map.entry(flat(8, 115, 62, 31), "CIELab"),
            Map.entry(flat(9, 115, 190, 159), "Lab"),
            Map.entry(flat(10, 115, 62, 31), "Lab"),
            Map.entry(flat(4, 1), "a mask"),
            Map.entry(flat(77, 1, 2, 3), "number 77"),
            Map.entry(sixteenBits(5, 1, 2, 3, 4), "CMYK of 16 bits"),
            Map.entry(sixteenBits(6, 1, 2, 3), "YCbCr of 16 bits"),
            Map.entry(flat(5, 1, 2, 3, 4, 5), "CMYK in 5 channels"),
            Map.entry(flat(2, 1, 2, 3, 4, 5), "RGB in 5 channels"),
            Map.entry(flat(1, 1, 2, 3), "greys in 3 channels"),
            Map.entry(sixteenBits(1, 1).with(339, 2), "signed numbers"),
            Map.entry(sixteenBits(1, 1).with(339, 3), "floating-point"),
            Map.entry(new TiffBytes(SIDE, SIDE, 1, 12, 1).repeated(1, 2), "greys of 12 bits"),
            Map.entry(flat(6, 1, 2, 3).with(530, 1, 1).with(284, 2), "in planes"),
            Map.entry(flat(6, 1, 2, 3).with(317, 2), "a predictor"),
            Map.entry(new TiffBytes(7, SIDE, 6, 8, 3).repeated(1, 2, 3), "an odd size"));
    for (var form : forms.entrySet()) {
      var refusal = refusal(form.getKey());
      assertEquals("form of tiff", refusal.reason());
      String message = String.valueOf(refusal.getMessage());
      assertTrue(message.contains(form.getValue()), message + ", not " + form.getValue());
      assertTrue(message.endsWith("save it as RGB of 8 bits"), message);
    }
    assertEquals("deep", refusal(new TiffBytes(2, 2, 1, 32, 1).repeated(1, 2, 3, 4)).reason());
  }

  // NEF and ARW begin with a preview, DNG with one or with the sensor's data.
  @Test
  void rawCameraFilesAreNoPicturesOfTheSizeOfTheirPreviews() throws IOException {
    List<TiffBytes> files =
        List.of(
            flat(2, COLOUR).with(254, 1).with(330, 8),
            flat(2, COLOUR).withBytes(50706, (byte) 1, (byte) 4, (byte) 0, (byte) 0, (byte) 0),
            flat(32803, 1),
            flat(34892, COLOUR));
    for (TiffBytes file : files) {
      var refusal = refusal(file);
      assertEquals("camera raw", refusal.reason());
      assertEquals("a raw camera file, which is not read", refusal.getMessage());
    }
    assertColour(flat(2, COLOUR).with(254, 2).with(330, 8), COLOUR);
  }

  @Test
  void aProfileCountsWhereItChangesColours() throws IOException {
    byte[] same = ICC_Profile.getInstance(ColorSpace.CS_sRGB).getData();
    Picture asStored = decode(flat(2, COLOUR).withBytes(34675, same));
    assertEquals(Set.of(), asStored.notes().traits());
    assertArrayEquals(decode(flat(2, COLOUR)).toBytes(), asStored.toBytes());
    byte[] linear = ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData();
    TiffBytes other = flat(2, COLOUR).withBytes(34675, linear);
    assertEquals(Set.of(PictureTrait.PROFILE), decode(other).notes().traits());
    // sRGB's curve: 1.055 x^(1/2.4) - 0.055.
    assertColour(other, 229, 110, 132);
  }

  @Test
  void damagedFormsAreCorrupt() throws IOException {
    assertEquals("corrupt", refusal(flat(3, 7)).reason());
    assertEquals("corrupt", refusal(flat(1, 7).without(262)).reason());
    // Its pixels are said to reach beyond its end.
    TiffBytes cut = flat(6, 1, 2, 3).with(530, 1, 1).with(279, 50_000);
    assertEquals("corrupt", refusal(cut).reason());
  }

  private static UnreadableImageException refusal(TiffBytes tiff) {
    return assertThrows(UnreadableImageException.class, () -> decode(tiff));
  }
}
