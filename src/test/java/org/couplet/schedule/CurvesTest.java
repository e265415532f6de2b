package org.couplet.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class CurvesTest {
  @Test
  void mixingFactorRunsFromStartToEnd() {
    MixingFactor mu = new MixingFactor(0.1, 0.9, 101);
    assertEquals(0.1, mu.at(0));
    assertEquals(0.3, mu.at(25), 1e-15);
    assertEquals(0.9, mu.at(100));
    assertEquals(0.9, mu.at(500));
  }

  @Test
  void aConstantMixingFactorIsExactAtEveryStep() {
    MixingFactor mu = new MixingFactor(1, 1, 1000);
    for (long step = 0; step < 1000; step++) {
      assertEquals(1.0, mu.at(step));
    }
    assertEquals(0.5, new MixingFactor(0.5, 1, 1).at(0));
  }

  @Test
  void mixingFactorOutsideTheUnitIntervalIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new MixingFactor(0, 1.5, 10));
    assertThrows(IllegalArgumentException.class, () -> new MixingFactor(Double.NaN, 1, 10));
  }

  @Test
  void learningRateRisesLinearlyThenStays() {
    LearningRate rate = new LearningRate(1e-3, 4);
    assertEquals(0.25e-3, rate.at(0), 1e-18);
    assertEquals(0.75e-3, rate.at(2), 1e-18);
    assertEquals(1e-3, rate.at(3));
    assertEquals(1e-3, rate.at(1000));
    assertEquals(1e-3, new LearningRate(1e-3, 0).at(0));
  }

  @Test
  void theAverageFollowsTheWeightsBeforeItsStart() {
    EmaDecay ema = new EmaDecay(0.9, 5, 3, false);
    assertEquals(0, ema.at(0));
    assertEquals(0, ema.at(2));
    assertEquals(0.9, ema.at(3));
  }

  @Test
  void theAverageRestsBetweenAveragings() {
    EmaDecay ema = new EmaDecay(0.9999, 5, 3, false);
    for (long step = 3; step < 50; step++) {
      assertEquals((step - 3) % 5 == 0 ? 0.9999 : 1, ema.at(step));
    }
  }

  @Test
  void theDecayWarmsUpAsInTheAuthorsRuns() {
    EmaDecay ema = new EmaDecay(0.9999, 1, 0, true);
    assertEquals(0, ema.at(0));
    assertEquals(0.75, ema.at(7), 1e-15); // 1 - 8^(-2/3)
    assertEquals(0.99954, ema.at(100_000), 5e-6);
    assertEquals(0.9999, ema.at(1_000_000)); // 1 - 10^-4, and from there on no more
    assertEquals(0.9999, ema.at(10_000_000));
  }

  @Test
  void theWarmUpIsBitForBitThatOfStrictMath() {
    EmaDecay ema = new EmaDecay(0.9999, 1, 0, true);
    for (long step = 0; step < 100_000; step++) {
      assertEquals(1 - StrictMath.pow(1.0 + step, -2.0 / 3), ema.at(step));
    }
  }

  @Test
  void aDecayOfOneIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new EmaDecay(1, 1, 0, true));
    assertThrows(IllegalArgumentException.class, () -> new EmaDecay(0.9, 0, 0, true));
  }
}
