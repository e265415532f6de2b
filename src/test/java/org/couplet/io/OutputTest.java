package org.couplet.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class OutputTest {
  private final Path folder;

  OutputTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void aFileThatIsThereIsRefusedUnlessItMayBeReplaced() throws IOException {
    Path file = folder.resolve("a.npy");
    output(file, false).requireFile();
    Files.writeString(file, "old");
    assertRefused(
        file, "already exists; choose another name, or add --overwrite", output(file, false));
    output(file, true).requireFile();
    assertEquals("old", Files.readString(file));
  }

  @Test
  void aLinkThatLeadsNowhereIsThere() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("nothing"));
    assertRefused(link, "already exists", output(link, false));
  }

  @Test
  void aFolderNeverBecomesAFileNorAFileAFolder() throws IOException {
    assertRefused(folder, "is a folder; name a file", output(folder, true));
    Path file = Files.writeString(folder.resolve("file"), "");
    assertRefused(
        () -> output(file, true).requireFolder(name -> true), file, "is a file; name a folder");
  }

  @Test
  void aFolderIsReplacedOnlyIfNothingElseIsInIt() throws IOException {
    Path target = Files.createDirectory(folder.resolve("samples"));
    Files.writeString(target.resolve("000000.png"), "old");
    assertRefused(
        () -> output(target, false).requireFolder(OutputTest::isSample), target, "already exists");
    output(target, true).requireFolder(OutputTest::isSample);
    Files.writeString(target.resolve("notes.txt"), "mine");
    assertRefused(
        () -> output(target, true).requireFolder(OutputTest::isSample),
        target,
        "holds notes.txt, which this command does not write; --overwrite would delete it, so choose"
            + " another folder");
  }

  @Test
  void aFolderIsFilledWholeInPlaceOfTheOldOne() throws IOException {
    Path target = Files.createDirectory(folder.resolve("samples"));
    Files.writeString(target.resolve("old"), "");
    assertThrows(IOException.class, () -> output(target, false).createFolder(OutputTest::fill));
    assertTrue(Files.exists(target.resolve("old")));
    output(target, true).createFolder(OutputTest::fill);
    assertTrue(Files.exists(target.resolve("new")));
    assertFalse(Files.exists(target.resolve("old")));
  }

  @Test
  void aPlaceThatCantBeWrittenToIsRefusedBeforeAnyWork() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    Path below = file.resolve("deep").resolve("a.npy");
    assertRefused(
        below, file + " is not a folder that can be written to; choose", output(below, false));
    output(folder.resolve("made").resolve("later").resolve("a.npy"), false).requireFile();
    assertFalse(Files.exists(folder.resolve("made")));
  }

  private static void fill(Path path) throws IOException {
    Files.createDirectory(path);
    Files.writeString(path.resolve("new"), "");
  }

  private static boolean isSample(String name) {
    return name.endsWith(".png");
  }

  private static Output output(Path path, boolean overwrite) {
    return new Output("output", path, overwrite);
  }

  private static void assertRefused(Path path, String words, Output output) {
    assertRefused(output::requireFile, path, words);
  }

  private static void assertRefused(Executable require, Path path, String words) {
    InvalidInputException refusal = assertThrows(InvalidInputException.class, require);
    String expected = "--output " + path + ": " + words;
    assertTrue(
        String.valueOf(refusal.getMessage()).startsWith(expected),
        refusal.getMessage() + "\n" + expected);
  }
}
