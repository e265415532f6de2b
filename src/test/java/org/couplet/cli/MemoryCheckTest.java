package org.couplet.cli;

import static org.couplet.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.couplet.CommandRun;
import org.couplet.assembly.StepMemory;
import org.couplet.command.ExitCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryCheckTest {
  // 1 GiB and 5 GiB.
  private static final StepMemory STEP = new StepMemory(1L << 30, 5L << 30);

  @Test
  void onlyWhatIsTooMuchIsSaid() {
    assertEquals(Optional.empty(), new MemoryCheck(STEP, 6, 8).warning());
    String warning = new MemoryCheck(STEP, 5.5, 8).warning().orElseThrow();
    assertTrue(warning.contains("more than 6.0 GiB (5.0 for the network's activations"), warning);
    assertTrue(warning.contains("but 5.5 GiB are free; lower run.batch_size"), warning);
    assertRefused(
        () -> new MemoryCheck(STEP, 5.5, 5.9).warning(),
        "run.batch_size: a step takes more than 6.0 GiB",
        "this machine has 5.9 GiB");
  }

  @Test
  void aBatchThatNoMachineHoldsIsRefusedBeforeAnyWork(@TempDir Path folder) {
    CommandRun refused =
        CommandRun.of(
            "train",
            "--config",
            "configs/quickstart.textproto",
            "--set",
            "run.batch_size=200000000",
            "--run",
            folder.resolve("run"));
    assertEquals(ExitCode.BAD_INPUT, refused.code(), refused.err());
    assertEquals(1, refused.err().lines().count(), refused.err());
    assertTrue(refused.err().contains("run.batch_size: a step takes more than"), refused.err());
    assertTrue(Files.notExists(folder.resolve("run")));
  }
}
