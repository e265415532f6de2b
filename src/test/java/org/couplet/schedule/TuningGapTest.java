package org.couplet.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class TuningGapTest {
  @Test
  void theGapIsWholeAtFirstThenTightensByStages() {
    TuningGap gap = new TuningGap(2, 4, 100);
    assertEquals(1, gap.at(0));
    for (long step = 1; step <= 100; step++) {
      int stage = step <= 25 ? 1 : step <= 50 ? 2 : step <= 75 ? 3 : 4;
      assertEquals(Math.pow(2, -stage), gap.at(step), "step " + step);
    }
  }

  @Test
  void aStageBeginsAfterItsShareOfTheSteps() {
    // 7 steps, 3 stages: ceil(3 k / 7) for k = 0..7.
    int[] stages = {0, 1, 1, 2, 2, 3, 3, 3};
    TuningGap gap = new TuningGap(3, 3, 7);
    for (int step = 0; step < stages.length; step++) {
      assertEquals(Math.pow(3, -stages[step]), gap.at(step), 1e-16, "step " + step);
    }
  }

  @Test
  void theGapStaysPastTheEnd() {
    TuningGap gap = new TuningGap(4, 8, 1000);
    assertEquals(gap.at(1000), gap.at(5000));
    assertEquals(Math.pow(4, -8), gap.at(1000));
  }

  @Test
  void aGapThatDoesNotTightenIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new TuningGap(1, 8, 100));
    assertThrows(IllegalArgumentException.class, () -> new TuningGap(Double.NaN, 8, 100));
    assertThrows(IllegalArgumentException.class, () -> new TuningGap(2, 0, 100));
    assertThrows(IllegalArgumentException.class, () -> new TuningGap(2, 8, 0));
  }
}
