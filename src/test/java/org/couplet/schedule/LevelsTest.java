package org.couplet.schedule;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Map;
import org.couplet.Npz;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LevelsTest {
  private static final Map<String, Npz.Array> REFERENCE = Npz.read("reference/schedules.npz");

  @ParameterizedTest
  @CsvSource({
    "11, 0.002, 80, 7",
    "21, 0.002, 80, 7",
    "1281, 0.002, 80, 7",
    "11, 0.001, 80, 7",
    "31, 0.001, 1, 3"
  })
  void karrasLevelsMatchReference(int count, String min, String max, String rho) {
    double[] expected =
        Npz.get(REFERENCE, "karras_sigmas/n%d_min%s_max%s_rho%s".formatted(count, min, max, rho))
            .doubles();
    double[] levels =
        new KarrasLevels(Double.parseDouble(min), Double.parseDouble(max), Double.parseDouble(rho))
            .levels(count);
    assertEquals(expected.length, levels.length);
    for (int i = 0; i < count; i++) {
      assertEquals(expected[i], levels[i], 1e-13 * expected[i]);
    }
  }

  @Test
  void theEndsOfTheLevelsAreExact() {
    double[] levels = new KarrasLevels(0.002, 80, 7).levels(19);
    assertEquals(0.002, levels[0]);
    assertEquals(80, levels[18]);
  }

  @Test
  void levelsAreBitForBitThoseOfStrictMath() {
    // Math.pow is free in its last bit, and may differ between interpreted and compiled code.
    double low = StrictMath.pow(0.002, 1 / 7.0);
    double high = StrictMath.pow(80, 1 / 7.0);
    double[] levels = new KarrasLevels(0.002, 80, 7).levels(100_001);
    for (int i = 1; i < 100_000; i++) {
      assertEquals(StrictMath.pow(low + i / 100_000.0 * (high - low), 7), levels[i]);
    }
  }

  // k / K = 1/4 of the way from 2^2 to 151^2: the root is 75.52.
  @ParameterizedTest
  @CsvSource({"0, 2", "1, 6", "250, 76", "999, 151", "1000, 151", "5000, 151"})
  void squareRootLevelsFollowTheFormula(long step, int levels) {
    assertEquals(levels, new SquareRootLevelSchedule(2, 150, 1000).levels(step));
  }

  @Test
  void rhoOneSpacesEvenly() {
    assertArrayEquals(new double[] {1, 2, 3, 4, 5}, new KarrasLevels(1, 5, 1).levels(5), 1e-15);
  }

  @Test
  void paddingRepeatsTheHighestLevel() {
    KarrasLevels karras = new KarrasLevels(0.002, 80, 7);
    double[] padded = karras.padded(11, 15);
    assertArrayEquals(karras.levels(11), Arrays.copyOf(padded, 11));
    assertArrayEquals(new double[] {80, 80, 80, 80}, Arrays.copyOfRange(padded, 11, 15));
  }

  @Test
  void levelsThatCannotRiseAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new KarrasLevels(90, 80, 7));
    assertThrows(IllegalArgumentException.class, () -> new KarrasLevels(0.002, Double.NaN, 7));
    assertThrows(IllegalArgumentException.class, () -> new KarrasLevels(0.002, 80, 0));
    assertThrows(IllegalArgumentException.class, () -> new KarrasLevels(0.002, 80, 7).levels(1));
    assertThrows(
        IllegalArgumentException.class, () -> new KarrasLevels(0.002, 80, 7).padded(11, 10));
  }

  @Test
  void exponentialScheduleMatchesReference() {
    LevelSchedule schedule = new ExponentialLevelSchedule(10, 1280, 100_000);
    long[] steps = Npz.get(REFERENCE, "discretization/k").longs();
    int[] expected = Npz.get(REFERENCE, "discretization/N_K100000_s0_10_s1_1280").ints();
    assertArrayEquals(expected, Arrays.stream(steps).mapToInt(schedule::levels).toArray());
  }

  @Test
  void aRatioThatIsNoPowerOfTwoEndsAtItsMaximum() {
    // log2(floor(70/20)) + 1 = log2(3) + 1 = 2.585: K' = floor(100 / 2.585) = 38.
    LevelSchedule schedule = new ExponentialLevelSchedule(20, 70, 100);
    assertEquals(21, schedule.levels(37));
    assertEquals(41, schedule.levels(38));
    assertEquals(41, schedule.levels(75));
    assertEquals(71, schedule.levels(76));
    assertEquals(71, schedule.levels(99));
  }

  @Test
  void aRunShorterThanItsStagesDoublesEveryStep() {
    LevelSchedule schedule = new ExponentialLevelSchedule(10, 1280, 3);
    assertEquals(11, schedule.levels(0));
    assertEquals(21, schedule.levels(1));
    assertEquals(41, schedule.levels(2));
  }

  @Test
  void stepsFarPastTheEndStayAtTheMaximum() {
    assertEquals(1281, new ExponentialLevelSchedule(10, 1280, 8).levels(Long.MAX_VALUE));
  }

  @Test
  void constantScheduleNeverChanges() {
    LevelSchedule schedule = new ConstantLevelSchedule(30);
    assertEquals(30, schedule.levels(0));
    assertEquals(30, schedule.levels(1_000_000));
    assertThrows(IllegalArgumentException.class, () -> new ConstantLevelSchedule(1));
  }
}
