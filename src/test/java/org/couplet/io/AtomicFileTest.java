package org.couplet.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  private final Path folder;

  AtomicFileTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void aFileIsReplacedOnlyByAWholeOne() throws IOException {
    Path file = folder.resolve("a.txt");
    AtomicFile.write(file, "old");
    assertThrows(
        IOException.class,
        () ->
            AtomicFile.write(
                file,
                out -> {
                  out.write(new byte[100_000]);
                  throw new IOException("in the middle");
                }));
    assertEquals("old", Files.readString(file));
    AtomicFile.write(file, "new");
    assertEquals("new", Files.readString(file));
    assertEquals(List.of("a.txt"), names());
  }

  @Test
  void aFolderIsNotReplacedUnlessAsked() throws IOException {
    Path target = folder.resolve("a");
    AtomicFile.create(target, path -> fill(path, "old"));
    FileFailure failure =
        assertThrows(FileFailure.class, () -> AtomicFile.create(target, path -> fill(path, "new")));
    assertEquals(
        target + ": can't be written: the folder is not empty; empty it or choose another place",
        failure.getMessage());
    assertEquals("old", Files.readString(target.resolve("file")));
    assertEquals(List.of("a"), names());
  }

  @Test
  void aFolderIsReplacedWholeAndOnlyByAWholeOne() throws IOException {
    Path target = folder.resolve("a");
    AtomicFile.replace(target, path -> fill(path, "old"));
    Files.writeString(target.resolve("more"), "");
    IOException broken = new IOException("in the middle");
    assertSame(
        broken,
        assertThrows(
            IOException.class,
            () ->
                AtomicFile.replace(
                    target,
                    path -> {
                      fill(path, "new");
                      throw broken;
                    })));
    assertEquals("old", Files.readString(target.resolve("file")));
    assertTrue(Files.exists(target.resolve("more")));
    AtomicFile.replace(target, path -> fill(path, "new"));
    assertEquals("new", Files.readString(target.resolve("file")));
    assertFalse(Files.exists(target.resolve("more")));
    assertEquals(List.of("a"), names());
  }

  @Test
  void aNewFolderThatIsLostLeavesTheOldOne() throws IOException {
    Path target = folder.resolve("a");
    AtomicFile.replace(target, path -> fill(path, "old"));
    assertThrows(
        IOException.class,
        () ->
            AtomicFile.replace(
                target,
                path -> {
                  fill(path, "new");
                  AtomicFile.delete(path);
                }));
    assertEquals("old", Files.readString(target.resolve("file")));
    assertEquals(List.of("a"), names());
  }

  private List<Path> together() {
    return List.of(folder.resolve("a.npy"), folder.resolve("a.labels.npy"));
  }

  @Test
  void filesThatBelongTogetherChangeTogether() throws IOException {
    AtomicFile.replaceTogether(
        together(),
        path -> {
          AtomicFile.write(path.resolve("a.npy"), "one");
          AtomicFile.write(path.resolve("a.labels.npy"), "labels of one");
        });
    assertEquals(List.of("a.labels.npy", "a.npy"), names());
    AtomicFile.replaceTogether(
        together(), path -> AtomicFile.write(path.resolve("a.npy"), "two, without labels"));
    assertEquals(List.of("a.npy"), names());
    assertEquals("two, without labels", Files.readString(folder.resolve("a.npy")));
  }

  @Test
  void filesThatBelongTogetherStayWhereTheNewOnesFail() throws IOException {
    Files.writeString(folder.resolve("a.npy"), "old");
    Files.writeString(folder.resolve("a.labels.npy"), "labels of old");
    FileFailure failure =
        assertThrows(
            FileFailure.class,
            () ->
                AtomicFile.replaceTogether(
                    together(),
                    path -> {
                      Files.writeString(path.resolve("a.labels.npy"), "labels of new");
                      AtomicFile.write(
                          path.resolve("a.npy"),
                          out -> {
                            throw new FileSystemException(
                                path.resolve("a.npy").toString(), null, "No space left on device");
                          });
                    }));
    assertTrue(
        String.valueOf(failure.getMessage())
            .startsWith(folder.resolve("a.npy") + ": can't be written: no space"),
        failure.getMessage());
    assertEquals(List.of("a.labels.npy", "a.npy"), names());
    assertEquals("labels of old", Files.readString(folder.resolve("a.labels.npy")));
  }

  @Test
  void aKillBetweenTheTwoRenamesIsMadeGoodByTheNextCall() throws IOException {
    Path target = folder.resolve("a");
    fill(folder.resolve(".a.replaced"), "old");
    fill(folder.resolve(".a.0123abcd.partial"), "new");
    age(folder.resolve(".a.0123abcd.partial"));
    AtomicFile.replace(target, path -> fill(path, "newer"));
    assertEquals("newer", Files.readString(target.resolve("file")));
    assertEquals(List.of("a"), names());
  }

  @Test
  void twoMayWriteTheSameAndTheLastOneCounts() throws IOException {
    Path file = folder.resolve("a");
    AtomicFile.write(
        file,
        out -> {
          out.write("first".getBytes(StandardCharsets.UTF_8));
          AtomicFile.write(file, "second");
          assertEquals("second", Files.readString(file));
        });
    assertEquals("first", Files.readString(file));
    assertEquals(List.of("a"), names());
  }

  @Test
  void whatKilledProcessesLeftIsDeletedOnceNobodyCanBeWritingIt() throws IOException {
    Path file = folder.resolve("a");
    List<String> left = List.of(".a.0123abcd.partial", ".a.partial");
    List<String> others = List.of(".a.89abcdef.partial", ".a.b.0123abcd.partial", ".b.partial");
    for (String name : left) {
      fill(folder.resolve(name), "half");
      age(folder.resolve(name));
    }
    for (String name : others) {
      Files.writeString(folder.resolve(name), "half");
    }
    age(folder.resolve(others.get(1)));
    AtomicFile.write(file, "whole");
    assertEquals(Stream.concat(others.stream(), Stream.of("a")).sorted().toList(), names());
  }

  // As if it had been written two hours ago.
  private static void age(Path path) throws IOException {
    FileTime then = FileTime.from(Instant.now().minus(Duration.ofHours(2)));
    try (var parts = Files.walk(path)) {
      for (Path part : parts.toList()) {
        Files.setLastModifiedTime(part, then);
      }
    }
  }

  @Test
  void behindALinkNothingIsDeleted() throws IOException {
    Path elsewhere = folder.resolve("elsewhere");
    fill(elsewhere, "kept");
    Path link = Files.createSymbolicLink(folder.resolve("link"), elsewhere);
    AtomicFile.replace(link, path -> fill(path, "new"));
    assertEquals("kept", Files.readString(elsewhere.resolve("file")));
    assertEquals("new", Files.readString(link.resolve("file")));
    AtomicFile.delete(link.resolve("file"));
    Path nowhere =
        Files.createSymbolicLink(folder.resolve("nowhere"), folder.resolve("nothing here"));
    AtomicFile.delete(nowhere);
    assertEquals(List.of("elsewhere", "link"), names());
  }

  @Test
  void failuresNameTheUsersPathAndNotTheTemporaryOne() throws IOException {
    Path target = folder.resolve("a.txt");
    IOException full =
        assertThrows(
            FileFailure.class,
            () ->
                AtomicFile.create(
                    target,
                    path -> {
                      throw new FileSystemException(
                          path.toString(), null, "No space left on device");
                    }));
    assertEquals(
        target
            + ": can't be written: no space left on the disk; free some, or choose a place on"
            + " another disk",
        full.getMessage());
    IOException inside =
        assertThrows(
            FileFailure.class,
            () ->
                AtomicFile.create(
                    target,
                    path -> Files.writeString(path.resolve("deep").resolve("b"), "no folder")));
    assertTrue(
        String.valueOf(inside.getMessage()).startsWith(target.resolve("deep/b") + ": can't"),
        inside.getMessage());
  }

  @Test
  void aFailureOfTheSourceIsNotTheTargets() {
    IOException source = new IOException("invalid LOC header");
    assertSame(
        source,
        assertThrows(
            IOException.class,
            () ->
                AtomicFile.create(
                    folder.resolve("a"),
                    path -> {
                      throw source;
                    })));
  }

  @Test
  void aFileWhereAFolderIsNeededIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    FileFailure failure =
        assertThrows(
            FileFailure.class, () -> AtomicFile.write(file.resolve("b").resolve("c"), "text"));
    assertTrue(
        String.valueOf(failure.getMessage())
            .startsWith(file.resolve("b") + ": can't be written: it, or what should be a folder"),
        failure.getMessage());
    assertTrue(failure.isBadInput());
  }

  private static void fill(Path path, String text) throws IOException {
    Files.createDirectories(path);
    Files.writeString(path.resolve("file"), text);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(entry -> String.valueOf(entry.getFileName())).sorted().toList();
    }
  }
}
