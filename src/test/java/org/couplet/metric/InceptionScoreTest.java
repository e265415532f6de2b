package org.couplet.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Map;
import org.couplet.Npz;
import org.couplet.metric.InceptionScore.Score;
import org.junit.jupiter.api.Test;

class InceptionScoreTest {
  private static final Map<String, Npz.Array> REFERENCE = Npz.read("reference/metrics.npz");

  private static Score of(float[] logits, int classes, int splits) {
    InceptionScore score = new InceptionScore(classes, splits);
    score.add(logits);
    return score.score();
  }

  // Rows that are sure of these classes.
  private static float[] sureOf(int classes, int... rows) {
    float[] logits = new float[rows.length * classes];
    for (int i = 0; i < rows.length; i++) {
      logits[i * classes + rows[i]] = 1e4f;
    }
    return logits;
  }

  @Test
  void agreesWithTheReference() {
    Npz.Array logits = Npz.get(REFERENCE, "is_logits");
    double expected = Npz.get(REFERENCE, "is_single_split").doubles()[0];
    Score score = of(logits.floats(), logits.shape()[1], 1);
    // The logits are rounded to single precision, the reference's are not.
    assertEquals(expected, score.mean(), 1e-6 * expected);
    assertEquals(0, score.standardDeviation());
  }

  @Test
  void isOneWhenAllImagesLookTheSame() {
    float[] same = new float[50 * 4];
    for (int i = 0; i < same.length; i++) {
      same[i] = i % 4;
    }
    assertEquals(1, of(same, 4, 10).mean(), 1e-12);
    assertEquals(1, of(new float[50 * 4], 4, 10).mean(), 1e-12);
  }

  @Test
  void isTheNumberOfClassesThatAreEquallyAndSurelySeen() {
    assertEquals(3, of(sureOf(7, 0, 2, 5, 2, 0, 5), 7, 1).mean(), 1e-12);
  }

  @Test
  void dealsRowsToSplitsInTurn() {
    // Even rows are always class 0, odd ones each class as often: scores 1 and 4.
    Score score = of(sureOf(4, 0, 0, 0, 1, 0, 2, 0, 3), 4, 2);
    assertEquals(2.5, score.mean(), 1e-12);
    assertEquals(1.5, score.standardDeviation(), 1e-12);
    assertEquals(2, score.splits());
  }

  @Test
  void weighsEachSplitByItsOwnRows() {
    // 5 rows in 2 splits: 3 of classes 0, 1, 2 and 2 of classes 0, 1.
    assertEquals(2.5, of(sureOf(3, 0, 0, 1, 1, 2), 3, 2).mean(), 1e-12);
  }

  @Test
  void doesNotDependOnBatchesNorOnAShiftOfTheLogits() {
    float[] logits = Npz.get(REFERENCE, "is_logits").floats();
    InceptionScore score = new InceptionScore(10, 7);
    for (int[] batch : new int[][] {{0, 1}, {1, 1}, {1, 120}, {120, 300}}) {
      score.add(Arrays.copyOfRange(logits, batch[0] * 10, batch[1] * 10));
    }
    assertEquals(300, score.count());
    assertEquals(of(logits, 10, 7), score.score());
    float[] huge = sureOf(3, 0, 1, 2);
    for (int i = 0; i < huge.length; i++) {
      huge[i] -= 3e4f;
    }
    assertEquals(3, of(huge, 3, 1).mean(), 1e-12);
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThrows(IllegalStateException.class, () -> of(sureOf(3, 0, 1), 3, 3));
    assertThrows(IllegalArgumentException.class, () -> of(new float[7], 3, 1));
    assertThrows(IllegalArgumentException.class, () -> new InceptionScore(3, 0));
    assertThrows(
        ArithmeticException.class, () -> of(new float[] {0, Float.POSITIVE_INFINITY}, 2, 1));
  }

  @Test
  void shardsHaveTheScoreOfAll() {
    float[] logits = new float[500 * 3];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) Math.sin(i * i);
    }
    InceptionScore whole = new InceptionScore(3, 10);
    whole.add(logits);
    InceptionScore merged = new InceptionScore(3, 10);
    int first = 0;
    for (int end : new int[] {7, 133, 134, 500}) {
      InceptionScore shard = new InceptionScore(3, 10);
      shard.add(Arrays.copyOfRange(logits, 3 * first, 3 * end));
      merged.merge(shard.sums(), end - first);
      first = end;
    }
    assertEquals(whole.score().mean(), merged.score().mean(), 1e-12);
    assertEquals(whole.score().standardDeviation(), merged.score().standardDeviation(), 1e-12);
  }
}
