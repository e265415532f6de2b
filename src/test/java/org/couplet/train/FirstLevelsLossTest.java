package org.couplet.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.couplet.CommandRun;
import org.couplet.SmallExperiments;
import org.couplet.report.MetricsLog;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("long")
class FirstLevelsLossTest {
  @TempDir private Path folder = Path.of("");

  private List<Map<String, Double>> trained(String override) throws IOException {
    Path run = folder.resolve("run");
    Object[] arguments = {
      "train",
      "--config",
      SmallExperiments.write(folder, SmallExperiments.GAUSSIANS),
      "--run",
      run,
      "--set",
      "run.steps=120",
      "--set",
      "run.log_every=25",
      "--set",
      override
    };
    CommandRun.done(arguments);
    return MetricsLog.read(run.resolve("metrics.jsonl"));
  }

  @Test
  void withoutLearningItStaysTheSameWhileTheLossFollowsN() throws IOException {
    List<Map<String, Double>> lines = trained("optimizer.learning_rate=1e-30");
    List<Double> comparable =
        lines.stream()
            .filter(line -> line.containsKey(FirstLevelsLoss.NAME))
            .map(line -> line.get(FirstLevelsLoss.NAME))
            .toList();
    // At steps 50 and 100 and at the end.
    assertEquals(3, comparable.size());
    assertEquals(1, comparable.stream().distinct().count(), comparable.toString());
    assertEquals(
        3, lines.stream().map(line -> line.get("num_levels")).collect(Collectors.toSet()).size());
    assertNotEquals(loss(lines.get(0)), loss(lines.get(lines.size() - 1)), 0.1);
  }

  private static double loss(Map<String, Double> line) {
    return line.getOrDefault("loss", Double.NaN);
  }

  @Test
  void itFallsInTrainingAndRunsWithoutAGapLogNone() throws IOException {
    List<Map<String, Double>> lines = trained("optimizer.learning_rate=1e-3");
    double before = lines.get(1).getOrDefault(FirstLevelsLoss.NAME, Double.NaN);
    double after = lines.get(lines.size() - 1).getOrDefault(FirstLevelsLoss.NAME, Double.NaN);
    assertTrue(after < before, before + " to " + after);
    assertFalse(lines.get(0).containsKey("gap"));
  }
}
