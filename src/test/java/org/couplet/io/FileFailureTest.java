package org.couplet.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FileFailureTest {
  private static final Path FILE = Path.of("a/b.npy");

  private final Path folder;

  FileFailureTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private record Line(IOException e, FileFailure.Doing doing, String line, boolean badInput) {
    static Line read(IOException e, String line) {
      return new Line(e, FileFailure.Doing.READ, line, true);
    }

    static Line written(IOException e, String line, boolean badInput) {
      return new Line(e, FileFailure.Doing.WRITE, line, badInput);
    }
  }

  static List<Line> lines() {
    return List.of(
        Line.read(new NoSuchFileException("a/b.npy"), "no such file or folder; check the name"),
        Line.read(
            new AccessDeniedException("a/b.npy"),
            "can't be read: permission denied; change its permissions or choose another place"),
        Line.read(
            new IOException("Is a directory"),
            "can't be read: it is a folder, not a file; give the name of a file"),
        Line.read(
            new FileSystemLoopException("a/b.npy"),
            "can't be read: links lead in a circle; mend or remove the link"),
        Line.read(
            new NotDirectoryException("a/b.npy"),
            "can't be read: it, or what should be a folder above it, is a file; give the name of a"
                + " folder"),
        Line.read(
            new ZipException("invalid LOC header"),
            "can't be read: damaged or cut off (invalid LOC header); fetch or make it again"),
        Line.read(new EOFException(), "can't be read: damaged or cut off; fetch or make it again"),
        Line.read(
            new MalformedInputException(1),
            "can't be read: it is not text in UTF-8; save it as such"),
        Line.read(
            new IOException("Corrupted TAR archive."), "can't be read: Corrupted TAR archive."),
        Line.read(new IOException(), "can't be read: IOException"),
        Line.written(
            new FileAlreadyExistsException("a/b.npy"),
            "can't be written: a file of this name is there already; choose another name",
            true),
        Line.written(
            new NoSuchFileException("a/b.npy"),
            "can't be written: there is no such file or folder; check the name",
            true),
        Line.written(
            new DirectoryNotEmptyException("a/b.npy"),
            "can't be written: the folder is not empty; empty it or choose another place",
            true),
        Line.written(
            new FileSystemException("a/b.npy", null, "Read-only file system"),
            "can't be written: its file system is read-only; choose a place that can be written to",
            true),
        Line.written(
            new IOException("No space left on device"),
            "can't be written: no space left on the disk; free some, or choose a place on another"
                + " disk",
            false),
        Line.written(
            new IOException("Input/output error"),
            "can't be written: the disk or the network reports an error; check it, then try again",
            false),
        Line.written(new IOException("odd"), "can't be written: odd", false));
  }

  @ParameterizedTest
  @MethodSource("lines")
  void everyFailureHasThePathTheReasonAndTheRemedy(Line line) {
    FileFailure failure = FileFailure.of(line.doing(), FILE, line.e());
    assertEquals("a/b.npy: " + line.line(), failure.getMessage());
    assertEquals(line.badInput(), failure.isBadInput());
  }

  @Test
  void theDiskThatReportsAnErrorIsNotTheUsersInput() {
    assertFalse(
        FileFailure.of(FileFailure.Doing.READ, FILE, new IOException("Input/output error"))
            .isBadInput());
  }

  @Test
  void thePathThatTheSystemNamesGoesFirst() {
    IOException inner = new AccessDeniedException("a/inner");
    FileFailure failure = FileFailure.of(FileFailure.Doing.READ, Path.of("a"), inner);
    assertTrue(String.valueOf(failure.getMessage()).startsWith("a/inner: "), failure.toString());
    assertSame(failure, FileFailure.of(FileFailure.Doing.WRITE, FILE, failure));
    assertSame(failure, FileFailure.of(failure));
  }

  @Test
  void withoutAWordOnWhatWasDoneThePathAndReasonAreThere() {
    assertEquals(
        "a: permission denied; change its permissions or choose another place",
        FileFailure.of(new UncheckedIOException(new AccessDeniedException("a"))).getMessage());
    assertEquals(
        "reading or writing failed: no space left on the disk; free some, or choose a place on"
            + " another disk",
        FileFailure.of(new IOException("No space left on device")).getMessage());
    assertEquals(
        "a (b): no such file or folder; check the name",
        FileFailure.of(new FileNotFoundException("a (b) (No such file or directory)"))
            .getMessage());
  }

  @Test
  void theSystemsOwnFailuresAreKnown() throws IOException {
    FileFailure reading =
        assertThrows(
            FileFailure.class, () -> FileFailure.reading(folder, () -> Files.readString(folder)));
    assertEquals(
        folder + ": can't be read: it is a folder, not a file; give the name of a file",
        reading.getMessage());
    Path file = Files.writeString(folder.resolve("file"), "");
    FileFailure listing =
        assertThrows(FileFailure.class, () -> FileFailure.reading(file, () -> entries(file)));
    assertTrue(String.valueOf(listing.getMessage()).startsWith(file + ": can't be read: it, or"));
    assertEquals(
        folder + ": it is a folder, not a file; give the name of a file",
        FileFailure.of(
                assertThrows(
                    FileNotFoundException.class, () -> new FileInputStream(folder.toFile())))
            .getMessage());
  }

  @Test
  void aStreamOfFilesHidesNoFailure() {
    FileFailure failure =
        assertThrows(
            FileFailure.class,
            () ->
                FileFailure.reading(
                    FILE,
                    () -> {
                      throw new UncheckedIOException(new IOException("Stale file handle"));
                    }));
    assertTrue(String.valueOf(failure.getMessage()).contains("a/b.npy: can't be read: it was"));
  }

  @Test
  void tensorFlowsWordsOfAFullDiskAreThoseOfAFile() {
    FileFailure failure =
        FileFailure.in("/a/.partial.data-00000-of-00001.tempstate7; No space left on device")
            .orElseThrow();
    assertEquals(
        "/a/.partial.data-00000-of-00001: can't be written: no space left on the disk;"
            + " free some, or choose a place on another disk",
        failure.getMessage());
    assertFalse(failure.isBadInput());
    assertTrue(FileFailure.in("OOM when allocating tensor with shape[9,9]; try less").isEmpty());
    assertTrue(FileFailure.in("out of memory").isEmpty());
  }

  private static long entries(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.count();
    }
  }

  @Test
  void aFullDiskSaysHowMuchRoomIsNeeded() {
    IOException full = new IOException("No space left on device");
    FileFailure failure =
        assertThrows(
            FileFailure.class,
            () ->
                FileFailure.needing(
                    () -> 1_234_567_890L,
                    () ->
                        FileFailure.writing(
                            FILE,
                            () -> {
                              throw full;
                            })));
    assertEquals(
        FILE
            + ": can't be written: no space left on the disk; free some, or choose a place on"
            + " another disk. It needs 1,234.6 MB in all",
        failure.getMessage());
    assertFalse(failure.isBadInput());
    FileFailure other =
        assertThrows(
            FileFailure.class,
            () ->
                FileFailure.needing(
                    () -> 1,
                    () ->
                        FileFailure.writing(
                            FILE,
                            () -> {
                              throw new AccessDeniedException("a");
                            })));
    assertFalse(String.valueOf(other.getMessage()).contains("needs"), other.getMessage());
  }
}
