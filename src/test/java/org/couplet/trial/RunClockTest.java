package org.couplet.trial;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.couplet.report.MetricsLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunClockTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void stepsBetweenTheLogsLinesTakeTheirShare() throws IOException {
    Files.writeString(
        folder.resolve("metrics.jsonl"),
        "{\"step\":10,\"seconds\":4.0}\n{\"step\":20,\"seconds\":8.0}\n");
    RunClock clock = RunClock.of(MetricsLog.read(folder.resolve("metrics.jsonl")));
    assertEquals(4, clock.seconds(10));
    assertEquals(4.8, clock.seconds(12), 1e-12);
    assertEquals(2, clock.seconds(5), 1e-12);
    // A checkpoint after the last line, which an interrupt leaves.
    assertEquals(8, clock.seconds(23));
  }

  @Test
  void aRunWithoutALogHasTrainedForNoTime() throws IOException {
    assertEquals(0, RunClock.of(MetricsLog.read(folder.resolve("metrics.jsonl"))).seconds(7));
  }
}
