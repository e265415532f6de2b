package org.couplet.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PrecisionRecallTest {
  private static FeatureRows rows(int count, int dimension, double mean, double width, long seed) {
    Random random = new Random(seed);
    float[] values = new float[count * dimension];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (mean + width * random.nextGaussian());
    }
    return new FeatureRows(values, dimension);
  }

  private static double squared(float[] x, float[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += ((double) x[i] - y[i]) * ((double) x[i] - y[i]);
    }
    return sum;
  }

  // The definition: the share of the rows that are no farther from a row of the set than its k-th
  // neighbour, the row itself being the zeroth.
  private static double expected(FeatureRows set, FeatureRows rows, int k) {
    float[][] members = all(set);
    double[] radii = new double[members.length];
    Arrays.setAll(radii, i -> sorted(members.length, j -> squared(members[i], members[j]))[k]);
    long inside =
        Arrays.stream(all(rows))
            .filter(
                row ->
                    IntStream.range(0, radii.length)
                        .anyMatch(i -> squared(row, members[i]) <= radii[i]))
            .count();
    return inside / (double) rows.count();
  }

  private static float[][] all(FeatureRows rows) {
    return IntStream.range(0, rows.count()).mapToObj(rows::row).toArray(float[][]::new);
  }

  private static double[] sorted(int count, IntToDoubleFunction value) {
    return IntStream.range(0, count).mapToDouble(value).sorted().toArray();
  }

  @Test
  void areTheSharesInsideTheOtherSetsManifold() {
    // More rows than a block has, and far from zero.
    FeatureRows real = rows(1300, 6, 1000, 1, 1);
    FeatureRows generated = rows(1100, 6, 1000.8, 0.9, 2);
    for (int k : new int[] {1, 3}) {
      PrecisionRecall measured = PrecisionRecall.measure(real, generated, k);
      assertEquals(expected(real, generated, k), measured.precision());
      assertEquals(expected(generated, real, k), measured.recall());
      assertTrue(measured.precision() > 0.05 && measured.precision() < 0.95, "" + measured);
      assertTrue(measured.recall() > 0.05 && measured.recall() < 0.95, "" + measured);
    }
  }

  @Test
  void takeTheThirdNeighbourIfNotTold() {
    FeatureRows real = rows(50, 2, 0, 1, 1);
    FeatureRows generated = rows(40, 2, 0.5, 1, 2);
    assertEquals(
        PrecisionRecall.measure(real, generated, 3), PrecisionRecall.measure(real, generated));
  }

  @Test
  void areOneOfTheSameSetAndZeroOfSetsFarApart() {
    FeatureRows real = rows(50, 3, 0, 1, 1);
    assertEquals(new PrecisionRecall(1, 1, 3), PrecisionRecall.measure(real, real));
    assertEquals(
        new PrecisionRecall(0, 0, 3), PrecisionRecall.measure(real, rows(50, 3, 100, 1, 2)));
  }

  @Test
  void tellAMissingModeFromAWrongOne() {
    float[] near = rows(60, 3, 0, 1, 1).values();
    float[] far = rows(60, 3, 50, 1, 2).values();
    float[] both = Arrays.copyOf(near, 2 * near.length);
    System.arraycopy(far, 0, both, near.length, far.length);
    FeatureRows one = new FeatureRows(near, 3);
    FeatureRows two = new FeatureRows(both, 3);
    assertEquals(new PrecisionRecall(1, 0.5, 3), PrecisionRecall.measure(two, one));
    assertEquals(new PrecisionRecall(0.5, 1, 3), PrecisionRecall.measure(one, two));
  }

  @Test
  void seeThatCopiesOfOneRealImageAreAtNoDistance() {
    FeatureRows real = rows(50, 64, 3, 1, 1);
    float[] copies = new float[20 * 64];
    for (int i = 0; i < 20; i++) {
      System.arraycopy(real.row(17), 0, copies, i * 64, 64);
    }
    assertEquals(
        new PrecisionRecall(1, 1 / 50.0, 3),
        PrecisionRecall.measure(real, new FeatureRows(copies, 64)));
  }

  @Test
  void refuseTooFewRows() {
    FeatureRows four = rows(4, 3, 0, 1, 1);
    FeatureRows three = rows(3, 3, 0, 1, 1);
    assertEquals(new PrecisionRecall(1, 1, 3), PrecisionRecall.measure(four, four));
    assertThrows(IllegalArgumentException.class, () -> PrecisionRecall.measure(four, three));
    assertThrows(IllegalArgumentException.class, () -> PrecisionRecall.measure(three, four));
    assertThrows(IllegalArgumentException.class, () -> PrecisionRecall.measure(four, four, 0));
    assertThrows(
        IllegalArgumentException.class, () -> PrecisionRecall.measure(four, rows(4, 2, 0, 1, 1)));
  }
}
