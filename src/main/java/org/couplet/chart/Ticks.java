package org.couplet.chart;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/**
 * Where an axis has ticks, and how they read.
 *
 * @param labelled those with a number beside
 * @param minor places of the small ticks between, on a logarithmic axis
 * @param factor what all labels are to be multiplied with, such as {@code ×10⁶}; mostly empty
 */
record Ticks(List<Tick> labelled, List<Double> minor, String factor) {
  private static final String SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  // Powers of ten that read best written out.
  private static final int LEAST_PLAIN = -4;
  private static final int MOST_PLAIN = 5;

  /** A place and its label. */
  record Tick(double value, String label) {}

  /**
   * Round numbers within a range.
   *
   * @param most how many labels there is room for, at least 2
   */
  static Ticks of(Range range, int most) {
    if (range.scale() == Scale.LINEAR) {
      return linear(range, most);
    }
    int first = (int) Math.ceil(Math.log10(range.low()));
    int last = (int) Math.floor(Math.log10(range.high()));
    if (last - first + 1 > most / 3) {
      return last - first >= 1 ? decades(range, first, last, most) : linear(range, most);
    }
    Ticks fine = mantissas(range, first - 1, last, List.of(1, 2, 5));
    return fine.labelled.size() < 3 ? linear(range, most) : fine;
  }

  private static Ticks linear(Range range, int most) {
    BigDecimal step = step((range.high() - range.low()) / most);
    double largest = Math.max(Math.abs(range.low()), Math.abs(range.high()));
    int exponent = (int) Math.floor(Math.log10(largest));
    int shift = exponent < LEAST_PLAIN || exponent > MOST_PLAIN ? exponent : 0;
    int decimals = Math.max(0, step.movePointLeft(shift).stripTrailingZeros().scale());
    List<Tick> ticks = new ArrayList<>();
    BigDecimal tick = BigDecimal.valueOf(range.low()).divide(step, 0, RoundingMode.CEILING);
    for (tick = tick.multiply(step); tick.doubleValue() <= range.high(); tick = tick.add(step)) {
      BigDecimal shown = tick.movePointLeft(shift).setScale(decimals, RoundingMode.HALF_EVEN);
      ticks.add(new Tick(tick.doubleValue(), signed(shown.toPlainString())));
    }
    return new Ticks(ticks, List.of(), shift == 0 ? "" : "×" + power(shift));
  }

  // Powers of ten only, and not each of them if they are many.
  private static Ticks decades(Range range, int first, int last, int most) {
    int stride = (last - first) / most + 1;
    if (stride == 1) {
      return mantissas(range, first - 1, last, List.of(1));
    }
    List<Tick> ticks = new ArrayList<>();
    for (int exponent = first; exponent <= last; exponent++) {
      if (Math.floorMod(exponent, stride) == 0) {
        BigDecimal value = BigDecimal.ONE.scaleByPowerOfTen(exponent);
        ticks.add(new Tick(value.doubleValue(), power(exponent)));
      }
    }
    return new Ticks(ticks, List.of(), "");
  }

  private static Ticks mantissas(Range range, int first, int last, List<Integer> labelled) {
    boolean plain = first + 1 >= LEAST_PLAIN && last <= MOST_PLAIN;
    List<Tick> ticks = new ArrayList<>();
    List<Double> minor = new ArrayList<>();
    for (int exponent = first; exponent <= last; exponent++) {
      for (int mantissa = 1; mantissa <= 9; mantissa++) {
        BigDecimal value = BigDecimal.valueOf(mantissa).scaleByPowerOfTen(exponent);
        double place = value.doubleValue();
        if (place < range.low() || place > range.high()) {
          continue;
        }
        if (labelled.contains(mantissa)) {
          String power = (mantissa == 1 ? "" : mantissa + "×") + power(exponent);
          ticks.add(new Tick(place, plain ? value.toPlainString() : power));
        } else {
          minor.add(place);
        }
      }
    }
    return new Ticks(ticks, minor, "");
  }

  // The least of 1, 2 and 5 times a power of ten that is no less than asked.
  private static BigDecimal step(double least) {
    int exponent = (int) Math.floor(Math.log10(least));
    for (int factor : new int[] {1, 2, 5}) {
      BigDecimal step = BigDecimal.valueOf(factor).scaleByPowerOfTen(exponent);
      if (step.doubleValue() >= least) {
        return step;
      }
    }
    return BigDecimal.ONE.scaleByPowerOfTen(exponent + 1);
  }

  private static String power(int exponent) {
    StringBuilder text = new StringBuilder(exponent < 0 ? "10⁻" : "10");
    for (char digit : Integer.toString(Math.abs(exponent)).toCharArray()) {
      text.append(SUPERSCRIPTS.charAt(digit - '0'));
    }
    return text.toString();
  }

  private static String signed(String number) {
    return number.replace('-', '−');
  }
}
