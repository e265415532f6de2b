package org.couplet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.couplet.CommandProcess;
import org.couplet.CommandRun;
import org.couplet.SmallExperiments;
import org.couplet.command.ExitCode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("long")
class SampleCommandTest {
  @Test
  @Timeout(60)
  void interruptedItLeavesNothing(@TempDir Path folder) throws IOException, InterruptedException {
    Path config = SmallExperiments.write(folder, SmallExperiments.GAUSSIANS);
    Path run = folder.resolve("run");
    CommandRun.done("train", "--config", config, "--run", run, "--steps", 1);
    Path words = folder.resolve("words");
    Path output = folder.resolve("points.npz");
    Process process =
        CommandProcess.start(
            words, Map.of(), "sample", "--run", run, "--count", 100_000_000, "--output", output);
    int code = CommandProcess.endedWriting(folder, process);
    assertEquals(ExitCode.INTERRUPTED, code, Files.readString(words));
    assertTrue(Files.readString(words).contains("couplet sample: stopping after "));
    try (var left = Files.list(folder)) {
      assertEquals(
          List.of("experiment.textproto", "run", "words"),
          left.map(path -> path.getFileName().toString()).sorted().toList());
    }
  }
}
