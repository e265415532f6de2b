package org.couplet.sampling;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.couplet.io.InvalidInputException;
import org.couplet.io.PictureLimit;
import org.couplet.program.SampleForm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.tensorflow.ndarray.Shape;

/** What is drawn at once fits into memory: 100 million pixels, small images counted enlarged. */
class SampleLimitsTest {
  private static final SampleForm LARGE = new SampleForm(Shape.of(512, 512, 3), true, false);
  private static final SampleForm POINTS = new SampleForm(Shape.of(2), false, false);

  private static void assertRefused(String named, Executable work) {
    String message = String.valueOf(assertThrows(InvalidInputException.class, work).getMessage());
    assertTrue(message.startsWith(named), message);
  }

  @Test
  void aPictureHasAHundredMillionPixels() {
    assertEquals(381, PictureLimit.images(512, 512));
    assertEquals(100_000_000 / 4096, PictureLimit.images(8, 64));
    assertEquals(1, PictureLimit.images(1 << 20, 1 << 20));
  }

  @Test
  void aGridHasNoMoreImages() {
    SampleOutput grid = SampleOutput.of("g.png", false);
    assertDoesNotThrow(() -> grid.requireFor(LARGE, 381));
    assertRefused(
        "--count: 382 images of 512 x 512 are too many to draw at once. Give at most 381",
        () -> grid.requireFor(LARGE, 382));
    assertRefused("--count: a grid", () -> grid.requireFor(POINTS, 10_001));
    assertDoesNotThrow(() -> SampleOutput.of("g/", false).requireFor(LARGE, 1_000_000));
    assertDoesNotThrow(() -> SampleOutput.of("g.npz", false).requireFor(POINTS, 1_000_000));
    assertRefused(
        "--output g/: samples are", () -> SampleOutput.of("g/", false).requireFor(POINTS, 1));
  }

  @Test
  void aMovieHasNoMoreFrames() {
    assertDoesNotThrow(() -> SampleWalk.requireFor(LARGE, 127, 3));
    assertRefused("--frames: 384 images", () -> SampleWalk.requireFor(LARGE, 128, 3));
    assertRefused("--frames: 3000 images", () -> SampleWalk.requireFor(LARGE, 3000, 1));
    assertRefused(
        "--frames: 4611686014132420609 images",
        () -> SampleWalk.requireFor(LARGE, Integer.MAX_VALUE, Integer.MAX_VALUE));
    assertRefused("--interpolate: samples are points", () -> SampleWalk.requireFor(POINTS, 2, 1));
  }

  @Test
  void aGridWithALineAClassHasPlacesThatStayEmpty() {
    List<Integer> thousand = IntStream.range(0, 1000).boxed().toList();
    assertEquals(2000, new ChosenClasses(thousand).places(1001));
    assertEquals(7, new ChosenClasses(thousand).places(7));
  }
}
