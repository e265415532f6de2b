package org.couplet.chart;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class CurveStatisticsTest {
  @Test
  void curveIsTheMeanWithinItsRange() {
    CurveStatistics spread = new CurveStatistics();
    spread.add(2, 10);
    spread.add(1, 1);
    spread.add(1, 5);
    spread.add(2, 40);
    spread.add(1, 3);
    var curve = spread.curve("name");
    assertArrayEquals(new double[] {1, 2}, curve.x());
    assertArrayEquals(new double[] {3, 25}, curve.y());
    assertArrayEquals(new double[] {1, 10}, curve.low());
    assertArrayEquals(new double[] {5, 40}, curve.high());
    assertEquals(14, spread.mean());
    assertEquals(5, spread.median());
    spread.add(3, 7);
    assertEquals(6, spread.median());
  }
}
