package org.couplet.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FewStepLevelsTest {
  private static FewStepLevels levels(double min, double max, double rho) {
    return new FewStepLevels(new KarrasLevels(min, max, rho));
  }

  @Test
  void twoStepsAreThoseOfImprovedConsistencyTraining() {
    assertEquals(List.of(80.0, 0.821), levels(0.002, 80, 7).levels(2));
    assertEquals(List.of(80.0), levels(0.002, 80, 7).levels(1));
  }

  @Test
  void dataInOtherUnitsHaveTheSameLevelsInTheseUnits() {
    List<Double> levels = levels(0.002, 80, 7).levels(4);
    List<Double> tenfold = levels(0.02, 800, 7).levels(4);
    for (int i = 0; i < 4; i++) {
      assertEquals(10 * levels.get(i), tenfold.get(i), 1e-9 * tenfold.get(i));
    }
  }

  @ParameterizedTest
  @CsvSource({"0.002, 80, 7", "0.001, 1, 3", "0.002, 5, 7", "0.01, 10, 1", "0.002, 80, 50"})
  void levelsFallWithinTheRangeOfTheModel(double min, double max, double rho) {
    for (int steps = 1; steps <= 100; steps++) {
      List<Double> levels = levels(min, max, rho).levels(steps);
      assertEquals(steps, levels.size());
      assertEquals(max, levels.get(0));
      for (int i = 1; i < steps; i++) {
        assertTrue(levels.get(i) < levels.get(i - 1), levels.toString());
      }
      assertTrue(levels.get(steps - 1) >= min, levels.toString());
    }
  }
}
