package org.couplet.picture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.couplet.npy.NpyReader;
import org.couplet.npy.NpzFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.ndarray.Shape;

/** Pictures of every kind against what Pillow reads of them (tools/reference/pictures.py). */
class PillowTest {
  private static final Path PICTURES = Path.of("src/test/resources/pictures");
  private static final PictureReading READING =
      new PictureReading(true, PictureReading.Colour.parse("200,100,50"));

  // Decoders of JPEG round differently; colours are mixed with the background.
  private static final Map<String, Integer> TOLERANCES = Map.of("jpg", 3, "jfif", 3);
  private static final int USUAL_TOLERANCE = 1;

  // The decoder in Java repeats a colour over 2 x 2 pixels where libwebp interpolates; their
  // brightness is the same. One colour level and more lies between neighbours here.
  private static final int LOSSY_WEBP = 24;
  private static final double LOSSY_WEBP_BRIGHTNESS = 2.5;

  static Stream<String> names() throws IOException {
    try (Stream<Path> files = Files.list(PICTURES)) {
      return files
          .map(path -> path.getFileName().toString())
          .filter(name -> !name.endsWith(".npz"))
          .sorted()
          .toList()
          .stream();
    }
  }

  private static Picture decode(String name) throws IOException {
    try (InputStream in = Files.newInputStream(PICTURES.resolve(name))) {
      return new PictureDecoder(READING, new PixelBudget(1 << 20).share()).decode(in);
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void pixelsAreThoseThatPillowReads(String name) throws IOException {
    Picture picture = decode(name);
    try (NpzFile npz = NpzFile.open(PICTURES.resolve("pixels.npz"));
        NpyReader expected = npz.array(name)) {
      assertEquals(
          expected.header().shape(),
          Shape.of(picture.size().height(), picture.size().width(), picture.channels()));
      double[] values = expected.nextDoubles(Math.toIntExact(expected.header().size()));
      byte[] pixels = picture.toBytes();
      int worst = 0;
      double brightness = 0;
      for (int i = 0; i < values.length; i++) {
        int off = Byte.toUnsignedInt(pixels[i]) - (int) values[i];
        worst = Math.max(worst, Math.abs(off));
        brightness += off / (double) values.length;
      }
      boolean lossy = name.equals("lossy.webp") || name.equals("lossyalpha.webp");
      String ending = name.substring(name.indexOf('.') + 1);
      int tolerance = lossy ? LOSSY_WEBP : TOLERANCES.getOrDefault(ending, USUAL_TOLERANCE);
      assertTrue(worst <= tolerance, name + " is off by " + worst);
      assertTrue(Math.abs(brightness) <= LOSSY_WEBP_BRIGHTNESS, "on average by " + brightness);
    }
  }

  @Test
  void traitsAreFound() throws IOException {
    Map<String, Set<PictureTrait>> expected =
        Map.ofEntries(
            Map.entry("turned1.jpg", Set.of()),
            Map.entry("turned8.jpg", Set.of(PictureTrait.ORIENTED)),
            Map.entry("turned6.png", Set.of(PictureTrait.ORIENTED)),
            Map.entry("turned6.webp", Set.of(PictureTrait.ORIENTED)),
            Map.entry("turned6.tif", Set.of(PictureTrait.ORIENTED)),
            Map.entry("cmyk.jpg", Set.of(PictureTrait.CMYK)),
            Map.entry("ycck.jpg", Set.of(PictureTrait.CMYK)),
            Map.entry("inks.tif", Set.of(PictureTrait.CMYK)),
            Map.entry("alpha.png", Set.of(PictureTrait.TRANSPARENT)),
            Map.entry("greyalpha.png", Set.of(PictureTrait.GREY, PictureTrait.TRANSPARENT)),
            Map.entry("lossyalpha.webp", Set.of(PictureTrait.TRANSPARENT)),
            Map.entry("lossless.webp", Set.of()),
            Map.entry("grey.jpg", Set.of(PictureTrait.GREY)),
            Map.entry("bit.png", Set.of(PictureTrait.GREY)),
            Map.entry("animated.gif", Set.of(PictureTrait.FIRST_OF_MANY)),
            Map.entry("animated.png", Set.of(PictureTrait.FIRST_OF_MANY)),
            Map.entry("animated.webp", Set.of(PictureTrait.FIRST_OF_MANY)),
            Map.entry("pages.tif", Set.of(PictureTrait.FIRST_OF_MANY)),
            Map.entry("srgb.jpg", Set.of()),
            Map.entry("profile.webp", Set.of(PictureTrait.PROFILE)),
            Map.entry("colours.gif", Set.of()),
            Map.entry("colours.bmp", Set.of()));
    for (var entry : expected.entrySet()) {
      assertEquals(entry.getValue(), decode(entry.getKey()).notes().traits(), entry.getKey());
    }
  }

  @Test
  void kindIsNotThatOfTheName() throws IOException {
    assertEquals(Optional.of(PictureKind.JPEG), decode("jfif.jfif").notes().kind());
    byte[] webp = Files.readAllBytes(PICTURES.resolve("lossless.webp"));
    assertEquals(Optional.of(PictureKind.WEBP), PictureTest.decode(webp).notes().kind());
  }

  @Test
  void storedPixelsStayAsTheyAreForMeasuring() throws IOException {
    byte[] upright = PictureTest.decode(bytes("turned1.jpg")).toBytes();
    Picture stored = PictureTest.decode(bytes("turned6.jpg"));
    assertArrayEquals(upright, stored.toBytes());
    assertEquals(Set.of(PictureTrait.ORIENTED), stored.notes().traits());
  }

  private static byte[] bytes(String name) throws IOException {
    return Files.readAllBytes(PICTURES.resolve(name));
  }
}
