package org.couplet.metric;

import java.util.Locale;
import java.util.Map;

/**
 * The value of a metric.
 *
 * @param name in words
 * @param text the value, its spread and what it rests on, in words
 * @param numbers the same by their names, in order
 */
public record Score(String name, String text, Map<String, Number> numbers) {
  /** The same draws of subsets every time. */
  static final long SEED = 0;

  /** The same by features of another network than Inception, after which FID and KID are named. */
  public Score byOtherFeatures() {
    return new Score(
        name.replace("FID", "Frechet distance").replace("KID", "kernel distance"), text, numbers);
  }

  static String format(String text, Object... values) {
    return String.format(Locale.ROOT, text, values);
  }
}
