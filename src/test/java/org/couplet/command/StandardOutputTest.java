package org.couplet.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.couplet.CommandProcess;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StandardOutputTest {
  private static final Path FULL = Path.of("/dev/full");

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void aFullDeviceIsFailureWithALine() {
    assertEquals(ExitCode.FAILED, printed("No space left on device", ExitCode.DONE));
    assertTrue(text().startsWith("couplet: standard output: can't be written: no space"), text());
    assertEquals(1, text().lines().count());
  }

  @Test
  void aReaderThatHasEnoughEndsItQuietly() {
    assertEquals(ExitCode.CLOSED_PIPE, printed("Broken pipe", ExitCode.DONE));
    assertEquals("", text());
  }

  @Test
  void theCommandsOwnFailureGoesFirst() {
    assertEquals(ExitCode.BAD_INPUT, printed("No space left on device", ExitCode.BAD_INPUT));
    assertEquals("", text());
  }

  @Test
  void whatWasPrintedCounts() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    StandardOutput out = new StandardOutput(bytes);
    out.stream().print("text");
    assertEquals(ExitCode.DONE, out.exitCode(ExitCode.DONE, System.err));
    assertEquals("text", bytes.toString(StandardCharsets.UTF_8));
  }

  @Test
  void aProcessThatPrintsToAFullDeviceFails(@TempDir Path folder) throws Exception {
    Assumptions.assumeTrue(Files.exists(FULL), "no /dev/full here");
    var run = CommandProcess.run(FULL, folder.resolve("err"), Map.of(), "--version");
    assertEquals(ExitCode.FAILED, run.code(), run.err());
    assertTrue(run.err().contains("no space left"), run.err());
  }

  private int printed(String reason, int code) {
    StandardOutput out =
        new StandardOutput(
            new OutputStream() {
              @Override
              public void write(int one) throws IOException {
                throw new IOException(reason);
              }
            });
    out.stream().println("a line");
    return out.exitCode(code, new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  private String text() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
