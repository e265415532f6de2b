package org.couplet.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleGridTest {
  private static final int WHITE = 0xffffff;

  // Image i, row y, column x: red 10 i, green 20 y, blue 30 x.
  private static byte[] images(int n, int h, int w) {
    byte[] nhwc = new byte[n * h * w * 3];
    int at = 0;
    for (int i = 0; i < n; i++) {
      for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
          nhwc[at++] = (byte) (10 * i);
          nhwc[at++] = (byte) (20 * y);
          nhwc[at++] = (byte) (30 * x);
        }
      }
    }
    return nhwc;
  }

  private static int rgb(BufferedImage picture, int x, int y) {
    return picture.getRGB(x, y) & 0xffffff;
  }

  private static int expected(int i, int y, int x) {
    return ((10 * i) << 16) | ((20 * y) << 8) | (30 * x);
  }

  @Test
  void everyPixelLandsInItsCell() {
    BufferedImage grid = SampleGrid.of(images(6, 2, 3), 6, 2, 3, 3, 4, 1);
    assertEquals(4 * (3 + 1) + 1, grid.getWidth());
    assertEquals(2 * (2 + 1) + 1, grid.getHeight());
    for (int i = 0; i < 6; i++) {
      for (int y = 0; y < 2; y++) {
        for (int x = 0; x < 3; x++) {
          int value = rgb(grid, 1 + i % 4 * 4 + x, 1 + i / 4 * 3 + y);
          assertEquals(expected(i, y, x), value);
        }
      }
    }
  }

  @Test
  void paddingAndEmptyCellsAreWhite() {
    BufferedImage grid = SampleGrid.of(images(3, 2, 2), 3, 2, 2, 3, 0, 2);
    assertEquals(10, grid.getWidth());
    assertEquals(10, grid.getHeight());
    assertEquals(WHITE, rgb(grid, 0, 0));
    assertEquals(WHITE, rgb(grid, 4, 3));
    assertEquals(WHITE, rgb(grid, 7, 7));
  }

  @Test
  void magnifiedPixelsAreSquares() {
    BufferedImage grid = SampleGrid.of(images(1, 2, 2), 1, 2, 2, 3, 1, 0, 5);
    assertEquals(10, grid.getWidth());
    for (int y = 0; y < 10; y++) {
      for (int x = 0; x < 10; x++) {
        assertEquals(expected(0, y / 5, x / 5), rgb(grid, x, y));
      }
    }
  }

  @Test
  void smallImagesAreMagnifiedUntilViewable() {
    assertEquals(64, SampleGrid.of(new byte[768], 1, 16, 16, 3, 1, 0, 0).getWidth());
    assertEquals(96, SampleGrid.of(new byte[96 * 96], 1, 96, 96, 1, 1, 0, 0).getWidth());
  }

  @Test
  void brightGreysAreNotNegative() {
    BufferedImage grid = SampleGrid.of(new byte[] {0, (byte) 200}, 1, 1, 2, 1, 1, 0);
    assertEquals(0, rgb(grid, 0, 0));
    assertEquals(0xc8c8c8, rgb(grid, 1, 0));
  }

  @Test
  void aPngKeepsEveryPixel(@TempDir Path folder) throws IOException {
    BufferedImage grid = SampleGrid.of(images(4, 3, 3), 4, 3, 3, 3, 0, 1);
    Path file = folder.resolve("samples").resolve("grid.png");
    SampleGrid.writePng(grid, file);
    BufferedImage read = ImageIO.read(file.toFile());
    for (int y = 0; y < grid.getHeight(); y++) {
      for (int x = 0; x < grid.getWidth(); x++) {
        assertEquals(rgb(grid, x, y), rgb(read, x, y));
      }
    }
    try (var files = Files.list(folder.resolve("samples"))) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @Test
  void bytesThatAreNotTheImagesAreRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> SampleGrid.of(new byte[5], 1, 2, 2, 3, 0, 0));
    assertThrows(
        IllegalArgumentException.class, () -> SampleGrid.of(new byte[8], 1, 2, 2, 2, 0, 0));
  }
}
