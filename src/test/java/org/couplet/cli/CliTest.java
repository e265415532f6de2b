package org.couplet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.couplet.command.ExitCode;
import org.couplet.command.Guard;
import org.couplet.io.Version;
import org.junit.jupiter.api.Test;
import org.tensorflow.exceptions.TensorFlowException;

class CliTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void unknownCommandIsBadUsageAndIsNamed() {
    assertEquals(ExitCode.BAD_INPUT, run("fly"));
    assertTrue(text(err).contains("no command 'fly'"), text(err));
    assertEquals("", text(out));
  }

  @Test
  void aMisspeltCommandIsSuggested() {
    assertEquals(ExitCode.BAD_INPUT, run("trian"));
    assertTrue(text(err).contains("did you mean train? couplet --help lists them"), text(err));
  }

  @Test
  void helpHasAShortFormAndIsOfACommand() {
    assertEquals(ExitCode.DONE, run("-h"));
    assertEquals(ExitCode.DONE, run("help", "doctor"));
    assertTrue(text(out).contains("usage: couplet doctor"), text(out));
    assertEquals("", text(err));
  }

  @Test
  void noCommandIsBadUsageAndListsTheCommands() {
    assertEquals(ExitCode.BAD_INPUT, run());
    assertTrue(text(err).contains("doctor"), text(err));
  }

  @Test
  void helpListsTheCommands() {
    assertEquals(ExitCode.DONE, run("--help"));
    assertTrue(text(out).contains("doctor"), text(out));
    assertEquals("", text(err));
  }

  @Test
  void versionIsTheBuilds() {
    assertEquals(ExitCode.DONE, run("--version"));
    assertEquals(Version.describe() + System.lineSeparator(), text(out));
  }

  @Test
  void aCommandsHelpShowsUsageAndExample() {
    assertEquals(ExitCode.DONE, run("doctor", "--help"));
    assertTrue(text(out).startsWith("usage: couplet doctor"), text(out));
    assertTrue(text(out).contains("example: couplet doctor"), text(out));
  }

  @Test
  void badOptionIsBadUsageAndShowsTheRightOne() {
    assertEquals(ExitCode.BAD_INPUT, run("doctor", "--loudly"));
    assertTrue(text(err).startsWith("couplet doctor: "), text(err));
    assertTrue(text(err).contains("--loudly"), text(err));
    assertTrue(text(err).contains("usage: couplet doctor"), text(err));
    assertEquals(1, text(err).lines().count());
  }

  @Test
  void anArgumentWhoseBytesAreLostIsRefused() {
    assertEquals(ExitCode.BAD_INPUT, run("train", "--config", "quickstart", "--run", "run\ufffd"));
    assertTrue(text(err).startsWith("couplet train: 'run\ufffd': has bytes that"), text(err));
    assertTrue(text(err).contains("convmv"), text(err));
    assertEquals(1, text(err).lines().count());
    assertTrue(Files.notExists(Path.of("run\ufffd")));
  }

  private int run(String... arguments) {
    return Cli.run(arguments, printing(out), printing(err));
  }

  private static PrintStream printing(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void whatXlaLacksOfCudaIsToldWithTheRemedy() {
    for (String message :
        List.of(
            "2 root error(s) found.\n  (0) NOT_FOUND: Couldn't find a suitable version of ptxas.",
            "INTERNAL: libdevice not found at ./libdevice.10.bc")) {
      String words = Guard.describe(new TensorFlowException(message));
      assertTrue(words.contains("tools/fetch-cuda-compiler.sh"), words);
    }
    assertEquals(
        "TensorFlow failed: INTERNAL: ptxas exited with 255",
        Guard.describe(new TensorFlowException("INTERNAL: ptxas exited with 255")));
  }
}
