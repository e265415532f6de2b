package org.couplet.io;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ErrorStreamTest {
  @Test
  void aTerminalIsADeviceAndNotDumb(@TempDir Path folder) throws IOException {
    Path terminal = Files.createSymbolicLink(folder.resolve("2"), Path.of("/dev/pts/3"));
    Path pipe = Files.createSymbolicLink(folder.resolve("3"), Path.of("pipe:[4711]"));
    Path unknown = folder.resolve("4");
    assertTrue(ErrorStream.isTerminal("xterm", terminal, false));
    assertFalse(ErrorStream.isTerminal("dumb", terminal, true));
    assertFalse(ErrorStream.isTerminal("xterm", pipe, true));
    assertTrue(ErrorStream.isTerminal(null, unknown, true));
    assertFalse(ErrorStream.isTerminal(null, unknown, false));
  }
}
