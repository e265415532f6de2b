package org.couplet.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TicksTest {
  @ParameterizedTest
  @CsvSource({
    "LINEAR, 0, 1, 5, 0.0 0.2 0.4 0.6 0.8 1.0,",
    "LINEAR, -3.2, 2.1, 6, −3 −2 −1 0 1 2,",
    "LINEAR, 0, 100000, 5, 0 20000 40000 60000 80000 100000,",
    "LINEAR, 0, 2500000, 5, 0.0 0.5 1.0 1.5 2.0 2.5, ×10⁶",
    "LINEAR, 0, 0.0004, 5, 0.0000 0.0001 0.0002 0.0003 0.0004,",
    "LINEAR, 0, 0.00004, 5, 0 1 2 3 4, ×10⁻⁵",
    "LOGARITHMIC, 0.0001, 1, 6, 0.0001 0.001 0.01 0.1 1,",
    "LOGARITHMIC, 0.9, 110000, 8, 1 10 100 1000 10000 100000,",
    "LOGARITHMIC, 0.00001, 0.1, 8, 10⁻⁵ 10⁻⁴ 10⁻³ 10⁻² 10⁻¹,",
    "LOGARITHMIC, 1e-10, 1e10, 8, 10⁻⁹ 10⁻⁶ 10⁻³ 10⁰ 10³ 10⁶ 10⁹,",
    "LOGARITHMIC, 3, 60, 8, 5 10 20 50,",
    "LOGARITHMIC, 3e-7, 6e-6, 8, 5×10⁻⁷ 10⁻⁶ 2×10⁻⁶ 5×10⁻⁶,",
    "LOGARITHMIC, 3.2, 4.1, 5, 3.2 3.4 3.6 3.8 4.0,"
  })
  void ticksAreRoundAndReadWell(
      Scale scale, double low, double high, int most, String labels, String factor) {
    Ticks ticks = Ticks.of(new Range(scale, low, high), most);
    assertEquals(
        labels, ticks.labelled().stream().map(Ticks.Tick::label).collect(Collectors.joining(" ")));
    assertEquals(factor == null ? "" : factor, ticks.factor());
  }
}
