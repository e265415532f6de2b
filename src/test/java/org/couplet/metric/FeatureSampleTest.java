package org.couplet.metric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FeatureSampleTest {
  // Row i is (i, -i).
  private static float[] rows(int from, int to) {
    float[] rows = new float[2 * (to - from)];
    for (int i = from; i < to; i++) {
      rows[2 * (i - from)] = i;
      rows[2 * (i - from) + 1] = -i;
    }
    return rows;
  }

  private static FeatureSample of(int count, int capacity, long seed) {
    FeatureSample sample = new FeatureSample(2, capacity, seed);
    sample.add(rows(0, count));
    return sample;
  }

  @Test
  void keepsAllRowsWhileThereIsRoom() {
    FeatureSample sample = of(7, 7, 1);
    assertEquals(7, sample.size());
    assertEquals(7, sample.count());
    assertArrayEquals(rows(0, 7), sample.rows().values());
  }

  @Test
  void keepsWholeDifferentRowsBeyond() {
    FeatureSample sample = of(1000, 30, 1);
    assertEquals(30, sample.size());
    assertEquals(1000, sample.count());
    FeatureRows kept = sample.rows();
    assertEquals(30, kept.count());
    assertEquals(30, Arrays.stream(kept.doubles(all(30))).filter(i -> i > 0).distinct().count());
    for (int i = 0; i < 30; i++) {
      assertEquals(-kept.row(i)[0], kept.row(i)[1]);
    }
  }

  private static int[] all(int count) {
    int[] indices = new int[count];
    Arrays.setAll(indices, i -> i);
    return indices;
  }

  @Test
  void keepsEveryRowAsLikely() {
    int trials = 2000;
    int[] counts = new int[100];
    for (int trial = 0; trial < trials; trial++) {
      FeatureRows kept = of(counts.length, 20, trial).rows();
      for (int i = 0; i < kept.count(); i++) {
        counts[(int) kept.row(i)[0]]++;
      }
    }
    double deviation = Math.sqrt(trials * 0.2 * 0.8);
    for (int count : counts) {
      assertEquals(trials * 0.2, count, 5 * deviation);
    }
  }

  @Test
  void doesNotDependOnBatchesNorOnBeingLookedAt() {
    FeatureSample sample = new FeatureSample(2, 30, 4);
    for (int[] batch : new int[][] {{0, 1}, {1, 1}, {1, 25}, {25, 300}}) {
      sample.add(rows(batch[0], batch[1]));
      assertEquals(Math.min(30, batch[1]), sample.rows().count());
    }
    assertArrayEquals(of(300, 30, 4).rows().values(), sample.rows().values());
  }

  @Test
  void takesNoMemoryForRowsThatDoNotCome() {
    FeatureSample sample = of(3, Integer.MAX_VALUE / 2, 1);
    assertArrayEquals(rows(0, 3), sample.rows().values());
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThrows(IllegalArgumentException.class, () -> new FeatureSample(2048, 1 << 20, 1));
    assertThrows(IllegalArgumentException.class, () -> new FeatureSample(2, 0, 1));
    FeatureSample sample = of(1, 2, 1);
    assertThrows(IllegalArgumentException.class, () -> sample.add(new float[3]));
    assertThrows(ArithmeticException.class, () -> sample.add(new float[] {1, Float.NaN}));
  }

  @Test
  void shardsKeepWhatOnePassKeeps() {
    float[] whole = of(1000, 30, 4).rows().values();
    for (int[] ends : new int[][] {{1000}, {10, 20, 1000}, {29, 31, 500, 999, 1000}}) {
      FeatureSample merged = new FeatureSample(2, 30, 4);
      int first = 0;
      for (int end : ends) {
        TreeMap<Integer, Integer> kept = new TreeMap<>();
        ReservoirSlots slots = new ReservoirSlots(30, 4, first);
        for (int row = first; row < end; row++) {
          long slot = slots.next();
          if (slot < 30) {
            kept.put((int) slot, row);
          }
        }
        float[] values = new float[2 * kept.size()];
        int at = 0;
        for (int row : kept.values()) {
          values[at++] = row;
          values[at++] = -row;
        }
        int[] places = kept.keySet().stream().mapToInt(slot -> slot).toArray();
        merged.put(new ShardFeatures.KeptRows(places, values));
        first = end;
      }
      assertArrayEquals(whole, merged.rows().values());
    }
  }
}
