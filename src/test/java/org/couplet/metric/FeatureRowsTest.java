package org.couplet.metric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.couplet.data.KeyedRandom;
import org.junit.jupiter.api.Test;

class FeatureRowsTest {
  private static final FeatureRows ROWS = new FeatureRows(new float[] {1, 2, 3, 4, 5, 9}, 2);

  @Test
  void haveAMean() {
    assertArrayEquals(new double[] {3, 5}, ROWS.mean(), 1e-15);
  }

  @Test
  void areTakenByTheirIndices() {
    assertEquals(3, ROWS.count());
    assertArrayEquals(new float[] {3, 4}, ROWS.row(1));
    assertArrayEquals(new double[] {5, 9, 1, 2}, ROWS.doubles(new int[] {2, 0}));
  }

  @Test
  void chosenAreDifferentAndEveryOneAsLikely() {
    FeatureRows rows = new FeatureRows(new float[10], 1);
    int trials = 10_000;
    int[][] counts = new int[3][10]; // [place, row]
    for (int trial = 0; trial < trials; trial++) {
      int[] chosen = rows.choose(3, new KeyedRandom(5, trial));
      assertEquals(3, Arrays.stream(chosen).distinct().count());
      for (int place = 0; place < 3; place++) {
        counts[place][chosen[place]]++;
      }
    }
    double deviation = Math.sqrt(trials * 0.1 * 0.9);
    for (int[] ofPlace : counts) {
      for (int count : ofPlace) {
        assertEquals(trials * 0.1, count, 5 * deviation);
      }
    }
  }

  @Test
  void refuseWhatAreNoRows() {
    assertThrows(IllegalArgumentException.class, () -> new FeatureRows(new float[5], 2));
    assertThrows(IllegalArgumentException.class, () -> new FeatureRows(new float[5], 0));
    for (float value : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
      assertThrows(
          ArithmeticException.class, () -> new FeatureRows(new float[] {0, 1, value, 3}, 2));
    }
  }
}
