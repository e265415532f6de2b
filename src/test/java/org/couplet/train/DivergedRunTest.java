package org.couplet.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.couplet.CommandRun;
import org.couplet.SavedVariables;
import org.couplet.SmallExperiments;
import org.couplet.command.ExitCode;
import org.couplet.report.MetricsLog;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Steps whose loss is not finite. */
@Tag("long")
class DivergedRunTest {
  private final Path folder;
  private final Path config;

  // Points so far out that the squares of some batches overflow: those of steps 1, 2, 4 and 9.
  DivergedRunTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    this.config =
        SmallExperiments.write(
            folder,
            SmallExperiments.GAUSSIANS
                .replace("count: 200", "count: 200 standard_deviation: 7.5e18")
                .replace("adam {}", "lion {}")
                .replace("log_every: 5", "log_every: 4"));
  }

  private CommandRun train(String name, Object... more) {
    Object[] arguments = new Object[more.length + 6];
    List<Object> first =
        List.of("train", "--config", config, "--run", folder.resolve(name), "--resume");
    System.arraycopy(first.toArray(), 0, arguments, 0, first.size());
    System.arraycopy(more, 0, arguments, first.size(), more.length);
    return CommandRun.of(arguments);
  }

  @Test
  void skippedStepsAreCountedAlsoOverAResume() throws IOException {
    CommandRun straight = train("straight", "--set", "run.skip_nonfinite=2");
    assertEquals(ExitCode.DONE, straight.code(), straight.err());
    assertTrue(straight.err().contains("4 steps of this run were not finite and skipped"));
    train("resumed", "--set", "run.skip_nonfinite=2", "--steps", 7);
    assertEquals(ExitCode.DONE, train("resumed", "--set", "run.skip_nonfinite=2").code());
    assertEquals(
        Optional.empty(),
        SavedVariables.firstDifference(
            SavedVariables.ofRun(folder.resolve("straight"), 20),
            SavedVariables.ofRun(folder.resolve("resumed"), 20)));
    for (String run : List.of("straight", "resumed")) {
      List<Map<String, Double>> lines = MetricsLog.read(folder.resolve(run + "/metrics.jsonl"));
      assertEquals(4, lines.get(lines.size() - 1).get("skipped_steps"));
      assertEquals(
          List.of(1.0, 2.0, 4.0, 9.0),
          lines.stream()
              .filter(line -> line.containsKey("skipped_in_a_row"))
              .map(line -> line.get("step"))
              .toList());
      // They don't spoil the mean of the others.
      assertTrue(lines.stream().allMatch(line -> Double.isFinite(line.getOrDefault("loss", 0.0))));
    }
  }

  @Test
  void tooManyInARowStopTheRun() throws IOException {
    CommandRun stopped = train("run", "--set", "run.skip_nonfinite=1");
    assertEquals(ExitCode.FAILED, stopped.code());
    assertTrue(
        stopped.err().contains("step 2: the loss is Infinity and its gradient's norm"),
        stopped.err());
    assertTrue(
        stopped
            .err()
            .contains("in a row that are not finite: 2, where run.skip_nonfinite allows 1"),
        stopped.err());
    // Also where a resume lies between the two: the log has counted the first.
    train("other", "--set", "run.skip_nonfinite=1", "--steps", 1);
    CommandRun resumed = train("other", "--set", "run.skip_nonfinite=1");
    assertEquals(ExitCode.FAILED, resumed.code(), resumed.err());
  }

  @Test
  void withoutTheOptionTheFirstOneStopsTheRun() {
    CommandRun stopped = train("run");
    assertEquals(ExitCode.FAILED, stopped.code());
    assertTrue(stopped.err().contains("step 1: the loss is Infinity"), stopped.err());
    assertTrue(stopped.err().contains("There is no good checkpoint. Begin a run"), stopped.err());
  }
}
