package org.couplet.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.couplet.Npz;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExactAssignmentTest {
  private static double total(float[] costs, int[] columns) {
    double total = 0;
    for (int row = 0; row < columns.length; row++) {
      total += costs[row * columns.length + columns[row]];
    }
    return total;
  }

  private static void assertPermutation(int size, int[] columns) {
    int[] sorted = columns.clone();
    Arrays.sort(sorted);
    assertArrayEquals(IntStream.range(0, size).toArray(), sorted);
  }

  // The least total of the rows from the given one on, over all ways to take unused columns.
  private static double leastOfAll(float[] costs, int size, int row, int used) {
    if (row == size) {
      return 0;
    }
    double least = Double.POSITIVE_INFINITY;
    for (int column = 0; column < size; column++) {
      if ((used >> column & 1) == 0) {
        double rest = leastOfAll(costs, size, row + 1, used | 1 << column);
        least = Math.min(least, costs[row * size + column] + rest);
      }
    }
    return least;
  }

  @Test
  void theTotalIsTheReferences() {
    Map<String, Npz.Array> reference = Npz.read("reference/assignment.npz");
    float[] costs = Npz.get(reference, "cost").floats();
    double expected = Npz.get(reference, "total").doubles()[0];
    int[] columns = ExactAssignment.solve(costs, 64);
    assertEquals(expected, total(costs, columns), 1e-6 * expected);
    assertArrayEquals(Npz.get(reference, "assignment").ints(), columns);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7})
  void noPermutationOfFewRowsIsBetter(int size) {
    Random random = new Random(size);
    for (int trial = 0; trial < 60; trial++) {
      float[] costs = new float[size * size];
      for (int i = 0; i < costs.length; i++) {
        // In turn: normal, tied and of both signs, all alike but for a little.
        costs[i] =
            switch (trial % 3) {
              case 0 -> (float) random.nextGaussian();
              case 1 -> random.nextInt(4) - 2;
              default -> 6000 + random.nextFloat();
            };
      }
      int[] columns = ExactAssignment.solve(costs, size);
      assertPermutation(size, columns);
      assertEquals(leastOfAll(costs, size, 0, 0), total(costs, columns), 1e-9);
    }
  }

  @Test
  void pointsOnALineKeepTheirOrder() {
    int size = 200;
    Random random = new Random(3);
    double[] data = random.doubles(size).toArray();
    double[] noise = random.doubles(size).map(uniform -> 5 * uniform - 1).toArray();
    float[] costs = new float[size * size];
    for (int i = 0; i < costs.length; i++) {
      costs[i] = (float) Math.pow(data[i / size] - noise[i % size], 2);
    }
    double expected = 0;
    Arrays.sort(data);
    Arrays.sort(noise);
    for (int i = 0; i < size; i++) {
      expected += Math.pow(data[i] - noise[i], 2);
    }
    int[] columns = ExactAssignment.solve(costs, size);
    assertPermutation(size, columns);
    assertEquals(expected, total(costs, columns), 1e-6 * expected);
  }

  @Test
  void aHiddenPermutationIsFound() {
    // Costs are prices of rows and columns, plus more than nothing off the permutation j = 7 i + 3.
    int size = 200;
    Random random = new Random(4);
    double[] rows = random.doubles(size, -50, 50).toArray();
    double[] columns = random.doubles(size, -50, 50).toArray();
    float[] costs = new float[size * size];
    int[] hidden = IntStream.range(0, size).map(row -> (7 * row + 3) % size).toArray();
    for (int i = 0; i < costs.length; i++) {
      double more = hidden[i / size] == i % size ? 0 : 0.01 + random.nextDouble();
      costs[i] = (float) (rows[i / size] + columns[i % size] + more);
    }
    assertArrayEquals(hidden, ExactAssignment.solve(costs, size));
  }

  @Test
  void manyTiesStillGiveAPermutation() {
    int size = 200;
    Random random = new Random(5);
    float[] costs = new float[size * size];
    assertPermutation(size, ExactAssignment.solve(costs, size));
    for (int i = 0; i < costs.length; i++) {
      costs[i] = random.nextInt(3);
    }
    int[] columns = ExactAssignment.solve(costs, size);
    assertPermutation(size, columns);
    assertEquals(0, total(costs, columns));
  }

  @Test
  void reducedCostsProveTheOptimum() {
    int size = 100;
    Random random = new Random(6);
    float[] costs = new float[size * size];
    for (int i = 0; i < costs.length; i++) {
      costs[i] = (float) random.nextGaussian();
    }
    int[] columns = ExactAssignment.solve(costs, size);
    double[] reduced = ExactAssignment.withPrices(costs, size).reducedCosts();
    for (int row = 0; row < size; row++) {
      assertEquals(0, reduced[row * size + columns[row]]);
    }
    // They differ from the costs by row and column constants: no difference of differences is left.
    for (int i = 0; i < reduced.length; i++) {
      assertTrue(reduced[i] >= 0);
      int row = size * (i / size);
      int column = i % size;
      double left = (double) costs[i] - costs[row] - costs[column] + costs[0];
      assertEquals(
          left, reduced[i] - reduced[row] - reduced[column] + reduced[0], 1e-12, "entry " + i);
    }
  }

  @Test
  void equalCostsPairRowsInTheirOrder() {
    assertArrayEquals(new int[] {0, 1, 2, 3}, ExactAssignment.solve(new float[16], 4));
  }

  @Test
  void theCostsStayAsTheyWere() {
    float[] costs = {3, 1, 2, 1, 0, 5, 2, 2, 2};
    float[] before = costs.clone();
    ExactAssignment.solve(costs, 3);
    assertArrayEquals(before, costs);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void aCostThatIsNoNumberIsRefused(float bad) {
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> ExactAssignment.solve(new float[] {0, 0, bad, 0}, 2));
    assertEquals("the cost of row 1, column 0 is " + bad, refusal.getMessage());
  }

  @Test
  void costsThatAreNoSquareAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> ExactAssignment.solve(new float[6], 2));
    assertThrows(IllegalArgumentException.class, () -> ExactAssignment.solve(new float[0], 0));
    assertThrows(IllegalArgumentException.class, () -> ExactAssignment.solve(new float[0], 65536));
  }
}
