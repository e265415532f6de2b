package org.couplet.evaluation;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.couplet.io.Version;
import org.couplet.metric.Score;
import org.couplet.program.FeatureProgram;

/** The result of {@code couplet fid}: the scores, and the whole protocol with them. */
public final class FidReport {
  private FidReport() {}

  /** Prints it for users. */
  public static void print(
      FidPass pass,
      Map<String, FidSource.Side> sides,
      List<Score> scores,
      Map<String, Object> tested,
      PrintStream out) {
    sides.forEach((name, side) -> out.printf("%-18s %s%n", name, side.description()));
    if (pass.network().isPresent()) {
      FeatureProgram network = pass.network().get();
      out.printf(
          "%-18s %s: %d features, SHA-256 %s%s%n",
          "extractor",
          network.folder(),
          network.dimension(),
          network.fingerprint().substring(0, 12),
          network.isInception() ? "" : "; not FID's Inception, so not comparable with FIDs");
    }
    tested.forEach((name, found) -> out.printf("%-18s %s%n", name.replace('_', ' '), found));
    scores.forEach(score -> out.printf("%-18s %s%n", score.name(), score.text()));
  }

  // JSON has no others: what is not finite, such as the error of a single subset, is left out.
  private static Map<String, Number> finite(Map<String, Number> numbers) {
    Map<String, Number> finite = new LinkedHashMap<>(numbers);
    finite.values().removeIf(number -> !Double.isFinite(number.doubleValue()));
    return finite;
  }

  /** The same by names. */
  public static Map<String, Object> numbers(
      FidPass pass,
      Map<String, FidSource.Side> sides,
      List<Score> scores,
      Map<String, Object> tested) {
    Map<String, Object> numbers = new LinkedHashMap<>();
    scores.forEach(score -> numbers.putAll(finite(score.numbers())));
    sides.forEach((name, side) -> numbers.put(name, side.numbers()));
    if (pass.network().isPresent()) {
      FeatureProgram network = pass.network().get();
      Map<String, Object> extractor = new LinkedHashMap<>();
      extractor.put("folder", network.folder().toString());
      extractor.put("features", network.dimension());
      extractor.put("sha256", network.fingerprint());
      extractor.put("is_inception", network.isInception());
      numbers.put("extractor", extractor);
    }
    numbers.putAll(tested);
    numbers.put("couplet", Version.describe());
    return numbers;
  }
}
