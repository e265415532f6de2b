package org.couplet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.couplet.JsonText;
import org.couplet.SmallExperiments;
import org.couplet.config.ExperimentFile;
import org.couplet.report.Json;
import org.junit.jupiter.api.Test;

class BenchResultTest {
  // The MLP: [3, 16], [16, 16], [16, 2]; GC(0.5) of 32 points.
  private static final double STEP_FLOP = 32 * 4.5 * 2 * (48 + 256 + 32);

  private static BenchResult result(double... millis) {
    List<Double> steps = new ArrayList<>();
    List<Double> waits = new ArrayList<>();
    for (double one : millis) {
      steps.add(one);
      waits.add(one / 4);
    }
    Map<String, Double> numbers =
        new HashMap<>(Map.of("build_load_seconds", 3.0, "mu", 0.5, "num_levels", 9.0, "gpus", 0.0));
    return new BenchResult(
        new BenchCase(ExperimentFile.parse("test", SmallExperiments.GAUSSIANS, List.of())),
        new BenchProcess.Outcome(numbers, steps, waits, List.of(), ""),
        1);
  }

  private static JsonText numbers(Map<String, Object> numbers) {
    return JsonText.of(Json.of(numbers));
  }

  @Test
  void numbersFollowFromTheTimedSteps() {
    JsonText numbers = numbers(result(1500, 20, 50, 10, 30).numbers(Optional.of(1e-3)));
    assertEquals(25, numbers.number("median_ms"));
    assertEquals(10, numbers.number("min_ms"));
    assertEquals(50, numbers.number("max_ms"));
    assertEquals(1280, numbers.number("images_per_second"));
    assertEquals(1.475, numbers.number("compile_seconds"));
    assertEquals(0.25, numbers.number("waited_share"));
    assertEquals(STEP_FLOP / 1e9, numbers.number("gflop_per_step"), 1e-15);
    assertEquals(STEP_FLOP / 0.025 / 1e9, numbers.number("gflops"), 1e-12);
    assertEquals(STEP_FLOP / 0.025 / 1e6, numbers.number("share_of_peak"), 1e-9);
    assertEquals(List.of(1500.0), numbers.list("warmup_ms"));
    assertFalse(numbers.members().containsKey("peak_memory_bytes"));
  }

  @Test
  void theTimeLeftHasTheBeginningsOfLaterCombinations() {
    // 9,900 ms to begin and compile; a step of 100 left, then 9,900 and two of 200.
    assertEquals(
        Duration.ofMillis(100 + 9_900 + 2 * 200),
        Bench.left(List.of(4, 8), 0, 3, 10_000, List.of(5_000.0, 100.0)));
    assertEquals(Duration.ZERO, Bench.left(List.of(4, 8), 1, 2, 10_000, List.of(5_000.0, 100.0)));
  }

  @Test
  void aPeakThatWasBeatenIsNone() {
    // 32 points in a picosecond.
    BenchReport report = new BenchReport(List.of(result(1, 1e-9)), Optional.empty());
    JsonText numbers = numbers(report.numbers(List.of(), Map.of()));
    assertTrue(numbers.get("peak").toString().contains("peak unknown"), numbers.toString());
    assertFalse(numbers.members().containsKey("peak_gflops"), numbers.toString());
    JsonText result = numbers.objects("results").get(0);
    assertFalse(result.members().containsKey("share_of_peak"), result.toString());
  }

  @Test
  void aPeakThatIsGivenCounts() {
    BenchReport report = new BenchReport(List.of(result(1, 1e-9)), Optional.of(5.0));
    JsonText numbers = numbers(report.numbers(List.of(), Map.of()));
    assertEquals(5, numbers.number("peak_gflops"));
    JsonText result = numbers.objects("results").get(0);
    assertEquals(result.number("gflops") / 5, result.number("share_of_peak"));
  }
}
