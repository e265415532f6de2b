package org.couplet.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

class DrawnDataTest {
  private static byte[] images(ProceduralImages dataset, long... indices) {
    try (TUint8 batch = dataset.batch(indices)) {
      return NpyImagesTest.bytes(batch);
    }
  }

  @Test
  void anImageDependsOnItsIndexAlone() {
    ProceduralImages few = new ProceduralImages(16, 10);
    ProceduralImages many = new ProceduralImages(16, 1_000_000);
    byte[] pair = images(many, 999, 7);
    assertArrayEquals(images(few, 7), Arrays.copyOfRange(pair, 768, 1536));
    assertFalse(Arrays.equals(images(few, 7), images(few, 8)));
  }

  @Test
  void aBrightFormLiesOnADarkGround() {
    ProceduralImages dataset = new ProceduralImages(16, 500);
    for (long index = 0; index < 500; index++) {
      byte[] image = images(dataset, index);
      int bright = 0;
      int dark = 0;
      for (int pixel = 0; pixel < 256; pixel++) {
        int highest = 0;
        for (int channel = 0; channel < 3; channel++) {
          highest = Math.max(highest, Byte.toUnsignedInt(image[3 * pixel + channel]));
        }
        bright += highest >= 0.9 * 255 ? 1 : 0;
        dark += highest <= 0.3 * 255 ? 1 : 0;
      }
      // A disc of radius 0.2 to 0.3 covers 32 to 72 of 256 pixels, its edge some 30 more.
      assertTrue(bright >= 16 && bright <= 80, "image " + index + ": " + bright + " bright");
      assertTrue(dark >= 150, "image " + index + ": " + dark + " dark");
    }
  }

  @Test
  void antialiasedAreaIsTheFormsArea() {
    // At a high resolution the share of bright pixels is pi r^2 for every form: 0.126 to 0.283.
    ProceduralImages dataset = new ProceduralImages(128, 60);
    double least = 1;
    double most = 0;
    for (long index = 0; index < 60; index++) {
      byte[] image = images(dataset, index);
      double share = 0;
      for (int pixel = 0; pixel < 128 * 128; pixel++) {
        int at = 3 * pixel;
        int highest = 0;
        for (int channel = 0; channel < 3; channel++) {
          highest = Math.max(highest, Byte.toUnsignedInt(image[at + channel]));
        }
        share += highest > 140 ? 1.0 / (128 * 128) : 0;
      }
      least = Math.min(least, share);
      most = Math.max(most, share);
    }
    assertTrue(least > 0.12 && least < 0.16, "" + least);
    assertTrue(most < 0.29 && most > 0.25, "" + most);
  }

  @Test
  void pointsHaveTheMixturesMoments() {
    int count = 40_000;
    float[] xy = new float[2 * count];
    try (TFloat32 all =
        new GaussianPoints(count, 2, 0.25, 5).batch(LongStream.range(0, count).toArray())) {
      all.asRawTensor().data().asFloats().read(xy);
    }
    double meanX = 0;
    double upper = 0;
    double squareX = 0;
    double squareY = 0;
    for (int i = 0; i < count; i++) {
      double y = Math.abs(xy[2 * i + 1]) - 2;
      meanX += xy[2 * i] / count;
      squareX += (xy[2 * i] - 2.0) * (xy[2 * i] - 2.0) / count;
      squareY += y * y / count;
      upper += xy[2 * i + 1] > 0 ? 1.0 / count : 0;
    }
    // Five standard errors.
    assertEquals(2, meanX, 5 * 0.25 / 200);
    assertEquals(0.0625, squareX, 5 * 0.0625 * Math.sqrt(2) / 200);
    assertEquals(0.0625, squareY, 5 * 0.0625 * Math.sqrt(2) / 200);
    assertEquals(0.5, upper, 5 * 0.5 / 200);
  }

  @Test
  void seedsDrawOtherPoints() {
    assertArrayEquals(
        first(new GaussianPoints(3, 1, 0.1, 4)), first(new GaussianPoints(3, 1, 0.1, 4)));
    assertFalse(
        Arrays.equals(
            first(new GaussianPoints(3, 1, 0.1, 4)), first(new GaussianPoints(3, 1, 0.1, 5))));
  }

  private static float[] first(GaussianPoints points) {
    float[] xy = new float[2];
    try (TFloat32 batch = points.batch(new long[] {0})) {
      batch.asRawTensor().data().asFloats().read(xy);
    }
    return xy;
  }
}
