package org.couplet.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.couplet.picture.PictureReading;
import org.couplet.picture.PictureTest;
import org.couplet.picture.PictureTrait;
import org.couplet.source.ImageSelection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

class ImporterTest extends ImportTrial {
  private static final Path PICTURES = Path.of("src/test/resources/pictures");

  ImporterTest(@TempDir Path folder) throws IOException {
    super(folder);
  }

  private void grey(String name, int value) throws IOException {
    BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setSample(0, 0, 0, value);
    Files.write(source.resolve(name), PictureTest.encoded(image, "png"));
  }

  private void red(String name) throws IOException {
    BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, 0xff0000);
    Files.write(source.resolve(name), PictureTest.encoded(image, "png"));
  }

  private ImportReport run(Optional<Integer> channels, String background) throws IOException {
    PictureReading reading = new PictureReading(true, PictureReading.Colour.parse(background));
    return Importer.run(
        new ImportRequest(ImageSelection.of(source), 1, channels, reading, output, false),
        listener);
  }

  @Test
  void greyImagesMakeOneChannel() throws IOException {
    grey("0.png", 10);
    grey("1.png", 200);
    assertEquals(1, run(source, 1).channels());
    assertArrayEquals(new int[] {10, 200}, pixels(Shape.of(2, 1, 1, 1)));
    assertEquals(3, run(Optional.of(3), "black").channels());
    assertArrayEquals(new int[] {10, 10, 10, 200, 200, 200}, pixels(Shape.of(2, 1, 1, 3)));
  }

  @Test
  void firstColouredImageWidensWhatWasWritten() throws IOException {
    grey("0.png", 10);
    grey("1.png", 200);
    red("2.png");
    grey("3.png", 30);
    assertEquals(3, run(source, 1).channels());
    assertArrayEquals(
        new int[] {10, 10, 10, 200, 200, 200, 255, 0, 0, 30, 30, 30}, pixels(Shape.of(4, 1, 1, 3)));
    assertEquals(1, run(Optional.of(1), "black").channels());
    // 0.299 of red's 255.
    assertArrayEquals(new int[] {10, 200, 76, 30}, pixels(Shape.of(4, 1, 1, 1)));
  }

  @Test
  void transparentPixelsLieOverTheBackground() throws IOException {
    BufferedImage clear = new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB);
    Files.write(source.resolve("0.png"), PictureTest.encoded(clear, "png"));
    run(Optional.empty(), "10,20,30");
    assertArrayEquals(new int[] {10, 20, 30}, pixels(Shape.of(1, 1, 1, 3)));
    run(Optional.empty(), "white");
    assertArrayEquals(new int[] {255, 255, 255}, pixels(Shape.of(1, 1, 1, 3)));
    ImportReport report = run(Optional.empty(), "black");
    assertArrayEquals(new int[] {0, 0, 0}, pixels(Shape.of(1, 1, 1, 3)));
    assertEquals(Map.of(PictureTrait.TRANSPARENT, 1L), report.source().traits());
  }

  @Test
  void enlargedImagesAndStripsAreCounted() throws IOException {
    Files.write(source.resolve("strip.png"), png(3, 200, 1));
    Files.write(source.resolve("small.png"), png(2, 2, 1));
    Files.write(source.resolve("half.png"), png(4, 12, 1)); // Twice, and 3:1: neither.
    assertEquals(
        Map.of(PictureTrait.ENLARGED, 2L, PictureTrait.STRIP, 1L),
        run(source, 8).source().traits());
  }

  @Test
  void turnedPhotographsAreTurnedAndCounted() throws IOException {
    for (int i = 1; i <= 8; i++) {
      Files.copy(PICTURES.resolve("turned" + i + ".jpg"), source.resolve(i + ".jpg"));
    }
    assertEquals(Map.of(PictureTrait.ORIENTED, 7L), run(source, 8).source().traits());
  }
}
