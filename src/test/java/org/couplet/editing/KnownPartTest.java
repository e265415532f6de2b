package org.couplet.editing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Algorithm 4's step against whole orthogonal matrices, and the range against another method. */
class KnownPartTest {
  private static final double[] BRIGHTNESS = {0.299, 0.587, 0.114};

  private final Random random = new Random(5);

  private float[] values(int count, double scale) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (scale * random.nextGaussian());
    }
    return values;
  }

  private float[] pixels(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return PixelValues.toModel(bytes);
  }

  @Test
  void pixelsThatAreKnownAreThoseGiven() {
    boolean[] known = {true, false, false, true, true};
    float[] given = pixels(15);
    float[] made = values(15, 100);
    float[] expected = made.clone();
    for (int i = 0; i < 15; i++) {
      expected[i] = known[i / 3] ? given[i] : made[i];
    }
    KnownPart.pixels(known, 3).restore(given, made);
    assertArrayEquals(expected, made);
  }

  @Test
  void brightnessIsAlgorithm4WithAnOrthogonalMatrixOnColours() {
    int[][] groups = new int[7][];
    Arrays.setAll(groups, pixel -> new int[] {3 * pixel, 3 * pixel + 1, 3 * pixel + 2});
    assertIsAlgorithm4(KnownPart.brightness(7), groups, BRIGHTNESS);
  }

  @Test
  void blockMeansAreAlgorithm4WithAnOrthogonalMatrixOnBlocks() {
    // 4 x 6 pixels of 3 channels, blocks of 2 x 2.
    int[][] groups = new int[2 * 3 * 3][];
    for (int group = 0; group < groups.length; group++) {
      int channel = group % 3;
      int row = group / 3 / 3 * 2;
      int column = group / 3 % 3 * 2;
      int first = (row * 6 + column) * 3 + channel;
      groups[group] = new int[] {first, first + 3, first + 18, first + 21};
    }
    assertIsAlgorithm4(KnownPart.blockMeans(4, 6, 3, 2), groups, new double[] {1, 1, 1, 1});
  }

  private void assertIsAlgorithm4(KnownPart part, int[][] groups, double[] along) {
    double[][] a = orthogonal(along);
    int size = groups.length * along.length;
    float[] y = values(size, 1);
    float[] x = values(size, 3);
    double[] expected = new double[size];
    for (int[] group : groups) {
      double[] of = times(a, x, group);
      of[0] = times(a, y, group)[0]; // Omega is 0 there, and 1 at the others.
      for (int i = 0; i < group.length; i++) {
        for (int j = 0; j < group.length; j++) {
          expected[group[i]] += a[j][i] * of[j];
        }
      }
    }
    part.restore(y, x);
    for (int i = 0; i < size; i++) {
      assertEquals(expected[i], x[i], 2e-6);
    }
  }

  private static double[] times(double[][] a, float[] values, int[] group) {
    return Arrays.stream(a)
        .mapToDouble(
            row -> IntStream.range(0, row.length).mapToDouble(i -> row[i] * values[group[i]]).sum())
        .toArray();
  }

  // By Gram and Schmidt, from a first row on.
  private double[][] orthogonal(double[] first) {
    int size = first.length;
    double[][] rows = new double[size][];
    for (int row = 0; row < size; row++) {
      double[] next = row == 0 ? first.clone() : random.doubles(size).toArray();
      for (int other = 0; other < row; other++) {
        double share = dot(next, rows[other]);
        for (int i = 0; i < size; i++) {
          next[i] -= share * rows[other][i];
        }
      }
      double length = Math.sqrt(dot(next, next));
      rows[row] = Arrays.stream(next).map(value -> value / length).toArray();
    }
    for (int row = 0; row < size; row++) {
      for (int other = 0; other < size; other++) {
        assertEquals(row == other ? 1 : 0, dot(rows[row], rows[other]), 1e-9);
      }
    }
    return rows;
  }

  private static double dot(double[] one, double[] other) {
    return IntStream.range(0, one.length).mapToDouble(i -> one[i] * other[i]).sum();
  }

  @Test
  void theRangeIsReachedAtTheNearestValuesWithTheSameBrightness() {
    for (int trial = 0; trial < 200; trial++) {
      float[] y = pixels(3);
      float[] x = values(3, 1.5);
      KnownPart part = KnownPart.brightness(1);
      part.restore(y, x);
      double[] expected = nearest(x, y);
      part.intoRange(y, x);
      for (int i = 0; i < 3; i++) {
        assertEquals(expected[i], x[i], 1e-4);
        assertTrue(Math.abs(x[i]) <= 1);
      }
      assertEquals(brightness(y), brightness(x), 1e-6);
    }
  }

  private static double brightness(float[] colour) {
    return IntStream.range(0, 3).mapToDouble(i -> BRIGHTNESS[i] * colour[i]).sum();
  }

  // Dykstra's projections in turn onto the cube and onto the plane of y's brightness.
  private static double[] nearest(float[] from, float[] y) {
    double[] x = {from[0], from[1], from[2]};
    double[] correction = new double[3];
    for (int round = 0; round < 20_000; round++) {
      double missing = brightness(y);
      for (int i = 0; i < 3; i++) {
        double moved = x[i] + correction[i];
        x[i] = Math.max(-1, Math.min(1, moved));
        correction[i] = moved - x[i];
        missing -= BRIGHTNESS[i] * x[i];
      }
      for (int i = 0; i < 3; i++) {
        x[i] += missing * BRIGHTNESS[i] / dot(BRIGHTNESS, BRIGHTNESS);
      }
    }
    return x;
  }

  @Test
  void whiteAndBlackBlocksStayWhiteAndBlack() {
    for (float end : new float[] {-1, 1}) {
      float[] y = new float[4 * 4];
      Arrays.fill(y, end);
      float[] x = values(y.length, 5);
      KnownPart means = KnownPart.blockMeans(4, 4, 1, 4);
      means.restore(y, x);
      means.intoRange(y, x);
      assertArrayEquals(y, x, 1e-6f);
    }
  }

  @Test
  void whatIsNotKnownIsClipped() {
    float[] x = {-3, 0.5f, 1.5f, 1};
    KnownPart nothing = KnownPart.nothing(4);
    nothing.restore(new float[4], x);
    nothing.intoRange(new float[4], x);
    assertArrayEquals(new float[] {-1, 0.5f, 1, 1}, x);
  }

  @Test
  void everyPixelValueComesBack() {
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    assertArrayEquals(all, PixelValues.fromModel(PixelValues.toModel(all)));
  }
}
