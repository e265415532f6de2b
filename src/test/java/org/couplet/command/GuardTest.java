package org.couplet.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.zip.ZipException;
import org.couplet.io.FailureException;
import org.couplet.io.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.exceptions.TFPermissionDeniedException;
import org.tensorflow.exceptions.TFResourceExhaustedException;

class GuardTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void whatIsWrongWithTheUsersFilesIsBadInput() {
    assertEquals(ExitCode.BAD_INPUT, run(failing(new AccessDeniedException("a"))));
    assertLine("couplet test: a: permission denied; change");
    assertEquals(ExitCode.BAD_INPUT, run(failing(new ZipException("invalid LOC header"))));
    assertLine("couplet test: reading or writing failed: damaged or cut off (invalid LOC header)");
    IOException loop = new FileSystemException("a", null, "Too many levels of symbolic links");
    assertEquals(ExitCode.BAD_INPUT, run(failing(new UncheckedIOException(loop))));
    assertLine("couplet test: a: links lead in a circle");
  }

  @Test
  void whatTheWorkRunsOutOfIsFailure() {
    assertEquals(ExitCode.FAILED, run(failing(new IOException("No space left on device"))));
    assertLine("couplet test: reading or writing failed: no space left on the disk");
    assertEquals(ExitCode.FAILED, run(failing(new FailureException("gone"))));
    assertLine("couplet test: gone");
  }

  @Test
  void aPathThatTheSystemDoesNotHaveIsBadInput() {
    assertEquals(ExitCode.BAD_INPUT, run(() -> Path.of("a\u0000b").getNameCount()));
    assertLine("couplet test: 'a\\u0000b' is not a path here (Nul character not allowed)");
  }

  @Test
  void aFullDiskIsNotTakenForFullMemory() {
    assertEquals(
        ExitCode.FAILED,
        run(
            failing(
                new TFResourceExhaustedException(
                    "/runs/a/.partial.data-00000-of-00001; No space left on device"))));
    assertLine(
        "couplet test: /runs/a/.partial.data-00000-of-00001: can't be written: no space left");
    assertEquals(
        ExitCode.FAILED, run(failing(new TFResourceExhaustedException("OOM when allocating"))));
    assertLine("couplet test: out of memory; lower");
  }

  @Test
  void tensorFlowsErrorsAreALineWhateverTheirParents() {
    assertEquals(
        ExitCode.BAD_INPUT,
        run(failing(new TFPermissionDeniedException("/runs/a/step.index; Permission denied"))));
    assertLine("couplet test: /runs/a/step.index: can't be written: permission denied");
    assertEquals(ExitCode.FAILED, run(failing(new TFInvalidArgumentException("shapes\n\tdiffer"))));
    assertLine("couplet test: TensorFlow failed: shapes");
  }

  @Test
  void aLibraryThatDoesNotLoadIsALine() {
    UnsatisfiedLinkError error = new UnsatisfiedLinkError("no jni in java.library.path");
    error.initCause(new IOException("No space left on device"));
    assertEquals(ExitCode.FAILED, run(ending(error)));
    assertLine(
        "couplet test: TensorFlow's native library can't be loaded: No space left on device;");
    // What Java says of each later use.
    NoClassDefFoundError later = new NoClassDefFoundError("Could not initialize class A");
    later.initCause(
        new ExceptionInInitializerError("Exception java.lang.UnsatisfiedLinkError: b.so: cut"));
    assertEquals(ExitCode.FAILED, run(ending(later)));
    assertLine("couplet test: TensorFlow's native library can't be loaded: ");
  }

  @Test
  void otherClassesThatDoNotLoadAreAFault() {
    assertEquals(ExitCode.FAILED, run(ending(new NoClassDefFoundError("a/B"))));
    assertTrue(err.toString(StandardCharsets.UTF_8).startsWith("couplet test: this is a fault"));
  }

  @Test
  void aMappedFileThatWasCutIsNamedAsSuch() {
    assertEquals(
        ExitCode.FAILED,
        run(
            () -> {
              throw new InternalError(
                  "a fault occurred in a recent unsafe memory access operation in compiled Java"
                      + " code");
            }));
    assertLine("couplet test: a file that was being read");
  }

  @Test
  void messagesAreOneLineWithoutControlCharacters() {
    assertEquals(
        ExitCode.BAD_INPUT,
        run(failing(new InvalidInputException("a\u001b[2J\nb: " + "x".repeat(20_000)))));
    assertLine("couplet test: a\\u001b[2J\\nb: xxx");
  }

  private static Callable<Integer> failing(Exception e) {
    return () -> {
      throw e;
    };
  }

  private static Callable<Integer> ending(Error e) {
    return () -> {
      throw e;
    };
  }

  private int run(Callable<Integer> work) {
    err.reset();
    return Guard.run("test", new PrintStream(err, true, StandardCharsets.UTF_8), work);
  }

  private void assertLine(String begin) {
    String text = err.toString(StandardCharsets.UTF_8);
    assertTrue(text.startsWith(begin), text);
    assertEquals(1, text.lines().count(), text);
    assertTrue(text.length() < 2100, text);
  }
}
