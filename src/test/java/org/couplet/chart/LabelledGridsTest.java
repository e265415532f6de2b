package org.couplet.chart;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import org.couplet.chart.LabelledGrids.Block;
import org.couplet.report.SampleGrid;
import org.junit.jupiter.api.Test;

class LabelledGridsTest {
  private static byte[] grey(int value) {
    byte[] nhwc = new byte[6 * 20 * 20];
    Arrays.fill(nhwc, (byte) value);
    return nhwc;
  }

  private static int[] pixels(BufferedImage picture, int x, int y, int width, int height) {
    return picture.getRGB(x, y, width, height, null, 0, width);
  }

  @Test
  void gridsStandBelowEachOtherBesideTheirNames() {
    List<Block> blocks =
        List.of(new Block("short", grey(50)), new Block("a longer name", grey(90)));
    BufferedImage picture = LabelledGrids.of(blocks, 20, 20, 1, 3, 2, 1);
    // Two rows of three images each.
    int width = 3 * 22 + 2;
    int height = 2 * 22 + 2;
    int left = picture.getWidth() - width - 10;
    assertEquals(10 + 2 * (height + 10), picture.getHeight());
    for (int i = 0; i < 2; i++) {
      int top = 10 + i * (height + 10);
      BufferedImage grid = SampleGrid.of(blocks.get(i).nhwc(), 6, 20, 20, 1, 3, 2);
      assertArrayEquals(
          pixels(grid, 0, 0, width, height), pixels(picture, left, top, width, height));
      // The name is dark on white, near the middle of its grid's height.
      int[] name = pixels(picture, 0, top + height / 2 - 10, left - 5, 20);
      assertTrue(Arrays.stream(name).anyMatch(rgb -> (rgb & 0xff) < 60));
      int[] above = pixels(picture, 0, top - 10, left - 5, 15);
      assertTrue(Arrays.stream(above).allMatch(rgb -> (rgb & 0xffffff) == 0xffffff));
    }
  }

  @Test
  void whatIsNoGridIsRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> LabelledGrids.of(List.of(), 2, 2, 1, 0, 0, 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> LabelledGrids.of(List.of(new Block("a", new byte[5])), 2, 2, 1, 0, 0, 0));
  }
}
