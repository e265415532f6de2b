package org.couplet.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SinkhornPlanTest {
  private static float[] normals(int size, long seed) {
    Random random = new Random(seed);
    float[] costs = new float[size * size];
    for (int i = 0; i < costs.length; i++) {
      costs[i] = (float) random.nextGaussian();
    }
    return costs;
  }

  private static double[] masses(SinkhornPlan plan, int size) {
    double[] masses = new double[size * size];
    Arrays.setAll(masses, i -> plan.mass(i / size, i % size));
    return masses;
  }

  private static void assertMarginals(double[] masses, int size, double tolerance) {
    for (int i = 0; i < size; i++) {
      double row = 0;
      double column = 0;
      for (int j = 0; j < size; j++) {
        row += masses[i * size + j];
        column += masses[j * size + i];
      }
      assertEquals(1.0 / size, row, 1e-14);
      assertEquals(1.0 / size, column, tolerance / size);
    }
  }

  @ParameterizedTest
  @CsvSource({"0.3, 2000", "1, 200", "10, 20"})
  void rowsAndColumnsHaveTheirMass(double regularization, int iterations) {
    SinkhornPlan plan = SinkhornPlan.solve(normals(40, 1), 40, regularization, iterations);
    assertMarginals(masses(plan, 40), 40, 1e-9);
  }

  @Test
  void rowsHaveTheirMassAfterOneIterationToo() {
    double[] masses = masses(SinkhornPlan.solve(normals(40, 1), 40, 0.5, 1), 40);
    assertMarginals(masses, 40, 0.5);
  }

  @Test
  void thePlanIsOfTheFormThatIsOptimal() {
    // log P_ij = f_i + g_j - c_ij / epsilon, so differences of differences are those of the costs.
    int size = 12;
    float[] costs = normals(size, 2);
    double[] masses = masses(SinkhornPlan.solve(costs, size, 0.7, 500), size);
    double ratio = 0;
    for (int i = size + 1; i < masses.length; i++) {
      int row = size * (i / size);
      int column = i % size;
      double costsLeft = (double) costs[i] - costs[row] - costs[column] + costs[0];
      double logarithmsLeft = Math.log(masses[i] * masses[0] / (masses[row] * masses[column]));
      if (column != 0) {
        ratio = ratio == 0 ? -logarithmsLeft / costsLeft : ratio;
        assertEquals(-ratio * costsLeft, logarithmsLeft, 1e-9);
      }
    }
    assertEquals(1 / (0.7 * spread(costs, size)), ratio, 1e-6);
  }

  // Root mean square after taking away row means, then column means.
  private static double spread(float[] costs, int size) {
    double[] rest = new double[costs.length];
    Arrays.setAll(rest, i -> costs[i]);
    for (int stride : new int[] {1, size}) {
      for (int line = 0; line < size; line++) {
        double mean = 0;
        int first = stride == 1 ? line * size : line;
        for (int k = 0; k < size; k++) {
          mean += rest[first + k * stride] / size;
        }
        for (int k = 0; k < size; k++) {
          rest[first + k * stride] -= mean;
        }
      }
    }
    return Math.sqrt(Arrays.stream(rest).map(value -> value * value).average().orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.4, 1, 3, 50})
  void twoRowsMatchTheClosedForm(double regularization) {
    // With D = c00 + c11 - c01 - c10 the rest is +-D / 4, so epsilon is regularization |D| / 4, and
    // (P00 / P01)^2 = exp(-D / epsilon).
    double expected = 0.5 / (1 + Math.exp(-2 / regularization));
    SinkhornPlan plan = SinkhornPlan.solve(new float[] {3, 5, 2, -1}, 2, regularization, 2000);
    assertEquals(expected, plan.mass(0, 0), 1e-14);
    assertEquals(expected, plan.mass(1, 1), 1e-14);
    assertEquals(0.5 - expected, plan.mass(0, 1), 1e-14);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-3, 1e-9, 1e-300, Double.MIN_VALUE})
  void littleRegularizationGivesTheExactAssignment(double regularization) {
    int size = 20;
    float[] costs = normals(size, 3);
    int[] columns = ExactAssignment.solve(costs, size);
    SinkhornPlan plan = SinkhornPlan.solve(costs, size, regularization, 20_000);
    for (int row = 0; row < size; row++) {
      assertEquals(1.0 / size, plan.mass(row, columns[row]), 1e-3 / size);
    }
    double[] uniforms = new Random(9).doubles(size, 0.001, 0.999).toArray();
    assertArrayEquals(columns, plan.draw(uniforms));
  }

  @Test
  void muchRegularizationGivesTheUniformPlan() {
    double[] masses = masses(SinkhornPlan.solve(normals(30, 4), 30, 1e6, 3), 30);
    for (double mass : masses) {
      assertEquals(1.0 / 900, mass, 1e-5 / 900);
    }
  }

  @Test
  void rowAndColumnConstantsChangeNothing() {
    int size = 30;
    Random random = new Random(5);
    float[] costs = new float[size * size];
    // Multiples of 1/64, so that the sums below are exact as floats.
    for (int i = 0; i < costs.length; i++) {
      costs[i] = random.nextInt(256) / 64f;
    }
    float[] moved = costs.clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += 1000 * (i / size) - 200 * (i % size) + 5000;
    }
    assertArrayEquals(
        masses(SinkhornPlan.solve(costs, size, 0.5, 300), size),
        masses(SinkhornPlan.solve(moved, size, 0.5, 300), size),
        1e-12);
  }

  @Test
  void aFactorOnAllCostsChangesNothing() {
    float[] costs = normals(20, 6);
    float[] larger = costs.clone();
    for (int i = 0; i < larger.length; i++) {
      larger[i] *= 1024;
    }
    assertArrayEquals(
        masses(SinkhornPlan.solve(costs, 20, 0.5, 10), 20),
        masses(SinkhornPlan.solve(larger, 20, 0.5, 10), 20),
        1e-15);
  }

  @Test
  void costsThatDifferOnlyByRoundingGiveTheUniformPlan() {
    int size = 25;
    float[] costs = new float[size * size];
    for (int row = 0; row < size; row++) {
      for (int column = 0; column < size; column++) {
        costs[row * size + column] = 0.1f * row + 0.7f * column;
      }
    }
    for (double mass : masses(SinkhornPlan.solve(costs, size, 1e-3, 5), size)) {
      assertEquals(1.0 / (size * size), mass, 1e-15);
    }
    assertEquals(1, SinkhornPlan.solve(new float[] {-7}, 1, 0.1, 1).mass(0, 0));
  }

  @Test
  void drawsPickTheColumnsThatTheUniformsPointAt() {
    // Row 0 has a to column 0 and 1 - a to column 1, row 1 the other way round.
    SinkhornPlan plan = SinkhornPlan.solve(new float[] {0, 1, 1, 0}, 2, 2, 1);
    double a = 1 / (1 + Math.exp(-1));
    assertArrayEquals(new int[] {0, 0}, plan.draw(new double[] {0, 0}));
    assertArrayEquals(new int[] {0, 1}, plan.draw(new double[] {a - 1e-9, 1 - a + 1e-9}));
    assertArrayEquals(new int[] {1, 0}, plan.draw(new double[] {a + 1e-9, 1 - a - 1e-9}));
    double last = Math.nextDown(1.0);
    assertArrayEquals(new int[] {1, 1}, plan.draw(new double[] {last, last}));
  }

  @Test
  void drawsComeAsOftenAsTheirMassSays() {
    int size = 7;
    SinkhornPlan plan = SinkhornPlan.solve(normals(size, 7), size, 0.8, 50);
    int rounds = 10_000;
    double[] counts = new double[size * size];
    for (int round = 0; round < rounds; round++) {
      double[] uniforms = new double[size];
      Arrays.fill(uniforms, (round + 0.5) / rounds);
      int[] columns = plan.draw(uniforms);
      for (int row = 0; row < size; row++) {
        counts[row * size + columns[row]]++;
      }
    }
    for (int i = 0; i < counts.length; i++) {
      assertEquals(size * plan.mass(i / size, i % size), counts[i] / rounds, 1.5 / rounds);
    }
  }

  @Test
  void whatIsOutsideItsRangeIsRefused() {
    float[] costs = new float[4];
    for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThrows(IllegalArgumentException.class, () -> SinkhornPlan.solve(costs, 2, bad, 5));
    }
    assertThrows(IllegalArgumentException.class, () -> SinkhornPlan.solve(costs, 2, 1, 0));
    assertThrows(IllegalArgumentException.class, () -> SinkhornPlan.solve(costs, 3, 1, 5));
    SinkhornPlan plan = SinkhornPlan.solve(costs, 2, 1, 5);
    assertThrows(IllegalArgumentException.class, () -> plan.draw(new double[3]));
    for (double bad : new double[] {-0.1, 1, Double.NaN}) {
      assertThrows(IllegalArgumentException.class, () -> plan.draw(new double[] {0, bad}));
    }
  }
}
