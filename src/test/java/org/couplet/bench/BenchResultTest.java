package org.couplet.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.couplet.SmallExperiments;
import org.couplet.config.ExperimentFile;
import org.couplet.report.Json;
import org.couplet.report.Table;
import org.junit.jupiter.api.Test;

class BenchResultTest {
  // The MLP: [3, 16], [16, 16], [16, 2]; GC(0.5) of 32 points.
  private static final double STEP_FLOP = 32 * 4.5 * 2 * (48 + 256 + 32);

  private static BenchResult result(double... millis) {
    return result(Map.of(), millis);
  }

  private static BenchResult result(Map<String, Double> more, double... millis) {
    List<Double> steps = new ArrayList<>();
    List<Double> waits = new ArrayList<>();
    for (double one : millis) {
      steps.add(one);
      waits.add(one / 4);
    }
    Map<String, Double> numbers =
        new HashMap<>(Map.of("build_load_seconds", 3.0, "mu", 0.5, "num_levels", 9.0, "gpus", 0.0));
    numbers.putAll(more);
    return new BenchResult(
        new BenchCase(ExperimentFile.parse("test", SmallExperiments.GAUSSIANS, List.of())),
        new BenchProcess.Outcome(numbers, steps, waits, List.of(), Optional.empty()),
        1);
  }

  private static JsonObject numbers(Map<String, Object> numbers) {
    return Json.GSON.toJsonTree(numbers).getAsJsonObject();
  }

  private static JsonObject result(JsonObject numbers) {
    return numbers.getAsJsonArray("results").get(0).getAsJsonObject();
  }

  @Test
  void numbersFollowFromTheTimedSteps() {
    JsonObject numbers = numbers(result(1500, 20, 50, 10, 30).numbers(Optional.of(1e-3)));
    assertEquals(25, numbers.get("median_ms").getAsDouble());
    assertEquals(10, numbers.get("min_ms").getAsDouble());
    assertEquals(50, numbers.get("max_ms").getAsDouble());
    assertEquals(1280, numbers.get("images_per_second").getAsDouble());
    assertEquals(1.475, numbers.get("compile_seconds").getAsDouble());
    assertEquals(0.25, numbers.get("waited_share").getAsDouble());
    assertEquals(STEP_FLOP / 1e9, numbers.get("gflop_per_step").getAsDouble(), 1e-15);
    assertEquals(STEP_FLOP / 0.025 / 1e9, numbers.get("gflops").getAsDouble(), 1e-12);
    assertEquals(STEP_FLOP / 0.025 / 1e6, numbers.get("share_of_peak").getAsDouble(), 1e-9);
    assertEquals("[1500.0]", numbers.get("warmup_ms").toString());
    assertFalse(numbers.has("peak_memory_bytes"));
  }

  @Test
  void kernelTimeAndPageFaultsAreOfTheTimedSteps() {
    Map<String, Double> used =
        Map.of(
            "user_seconds",
            5.7,
            "system_seconds",
            0.3,
            "minor_faults",
            36_900.0,
            "major_faults",
            3.0);
    BenchResult result = result(used, 9000, 1000, 1000, 1000);
    JsonObject numbers = numbers(result.numbers(Optional.empty()));
    assertEquals(5.7, numbers.get("user_seconds").getAsDouble());
    assertEquals(0.3, numbers.get("system_seconds").getAsDouble());
    assertEquals(0.05, numbers.get("system_share").getAsDouble(), 1e-9);
    assertEquals(36_900, numbers.get("minor_faults").getAsDouble());
    assertEquals(3, numbers.get("major_faults").getAsDouble());
    Table table = BenchResult.table();
    result.addTo(table, Optional.empty());
    assertEquals("2", table.text(0, "CPU s/step"));
    assertEquals("5%", table.text(0, "system"));
    assertEquals("12300", table.text(0, "faults/step"));
    assertEquals("1", table.text(0, "major"));
  }

  @Test
  void whereTheSystemDoesNotReportThemTheirColumnsAreEmpty() {
    Table table = BenchResult.table();
    result(9, 1).addTo(table, Optional.empty());
    for (String column : List.of("CPU s/step", "system", "faults/step", "major")) {
      assertEquals("-", table.text(0, column));
    }
  }

  @Test
  void aProcessNameMayContainSpacesAndParentheses() {
    String stat = "7 (java (a) b) S 1 7 7 0 -1 4194560 123 99 4 99 250 50 99 99 20 0 38 0 5";
    assertEquals(new ProcessUsage(2.5, 0.5, 123, 4), ProcessUsage.of(stat));
    assertEquals(
        new ProcessUsage(1.5, 0.25, 23, 0),
        ProcessUsage.of(stat).since(new ProcessUsage(1, 0.25, 100, 4)));
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
    JsonObject numbers = numbers(report.numbers(List.of(), Map.of()));
    assertTrue(numbers.get("peak").toString().contains("peak unknown"), numbers.toString());
    assertFalse(numbers.has("peak_gflops"), numbers.toString());
    JsonObject result = result(numbers);
    assertFalse(result.has("share_of_peak"), result.toString());
  }

  @Test
  void aPeakThatIsGivenCounts() {
    BenchReport report = new BenchReport(List.of(result(1, 1e-9)), Optional.of(5.0));
    JsonObject numbers = numbers(report.numbers(List.of(), Map.of()));
    assertEquals(5, numbers.get("peak_gflops").getAsDouble());
    JsonObject result = result(numbers);
    assertEquals(result.get("gflops").getAsDouble() / 5, result.get("share_of_peak").getAsDouble());
  }
}
