package org.couplet.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.awt.image.BufferedImage;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScatterPlotTest {
  // 400 pixels, 48 of them margin on each side: 304 pixels from -2 to 2, 76 a unit.
  private static BufferedImage plot(float... points) {
    return ScatterPlot.of(List.of(points), -2, 2, 400);
  }

  private static int rgb(BufferedImage picture, int x, int y) {
    return picture.getRGB(x, y) & 0xffffff;
  }

  @Test
  void aPointStandsAtItsCoordinatesWithYUpwards() {
    BufferedImage picture = plot(1.25f, 0.75f);
    assertEquals(0xa0a0a0, rgb(picture, 200 + 95, 200 - 57));
    assertEquals(0xffffff, rgb(picture, 200 + 95, 200 + 57));
  }

  @Test
  void laterCloudsCoverEarlierOnes() {
    float[] point = {0.25f, 0.25f};
    BufferedImage picture = ScatterPlot.of(List.of(point, point.clone()), -2, 2, 400);
    assertEquals(0x1f77b4, rgb(picture, 219, 181));
  }

  @Test
  void pointsOffTheAxesAndNoNumbersAreLeftOut() {
    float[] none = {};
    float[] off = {3, 0, 0, -2.5f, Float.NaN, 1, 1, Float.POSITIVE_INFINITY};
    assertArrayEquals(pixels(plot(none)), pixels(plot(off)));
  }

  @Test
  void ticksAreLabelled() {
    BufferedImage picture = plot();
    // The 0 below the middle of the x axis, the 1 a unit further: a rim and a stem.
    assertEquals(0x000000, rgb(picture, 197, 360));
    assertEquals(0xffffff, rgb(picture, 200, 362));
    assertEquals(0x000000, rgb(picture, 276, 362));
    // Grid lines every half unit.
    assertEquals(0xe4e4e4, rgb(picture, 238, 100));
    assertNotEquals(0xe4e4e4, rgb(picture, 230, 110));
  }

  @Test
  void axesThatDoNotRiseAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> ScatterPlot.of(List.of(), 1, 1, 400));
    assertThrows(IllegalArgumentException.class, () -> ScatterPlot.of(List.of(), 0, 1, 20));
    assertThrows(IllegalArgumentException.class, () -> plot(1, 2, 3));
  }

  private static int[] pixels(BufferedImage picture) {
    return picture.getRGB(0, 0, 400, 400, null, 0, 400);
  }
}
