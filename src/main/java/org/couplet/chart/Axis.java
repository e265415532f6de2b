package org.couplet.chart;

/**
 * An axis of a chart; its limits follow from the data.
 *
 * @param label what it measures, with the unit; may be blank
 */
public record Axis(String label, Scale scale) {
  /** An axis on which equal differences are equally far apart. */
  public static Axis linear(String label) {
    return new Axis(label, Scale.LINEAR);
  }

  /** An axis on which equal ratios are equally far apart. */
  public static Axis logarithmic(String label) {
    return new Axis(label, Scale.LOGARITHMIC);
  }
}
