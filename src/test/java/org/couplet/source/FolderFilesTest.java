package org.couplet.source;

import static org.couplet.source.SourceTrial.png;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.couplet.picture.PictureDecoder;
import org.couplet.picture.PictureReading;
import org.couplet.picture.PixelBudget;
import org.couplet.picture.UnreadableImageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderFilesTest {
  private final Path folder;

  FolderFilesTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    Files.write(folder.resolve("b.png"), png(20));
  }

  @Test
  void whatIsNoPictureIsLeftOutByItsKind() throws IOException {
    Files.write(folder.resolve("a"), png(10));
    Files.writeString(folder.resolve("c.png"), "hello");
    Files.createFile(folder.resolve("d.jpg"));
    assertEquals(
        List.of("a=10", "b.png=20", "c.png!text", "d.jpg!empty"), SourceTrial.read(folder));
  }

  @Test
  void hiddenAndSystemFilesArePassedOver() throws IOException {
    for (String name :
        List.of(".hidden.png", "._b.png", ".git/a.png", "__MACOSX/b.png", "x/.y/z.png")) {
      Files.createDirectories(folder.resolve(name).getParent());
      Files.write(folder.resolve(name), png(1));
    }
    Files.write(folder.resolve("Thumbs.db"), new byte[9]);
    assertEquals(List.of("b.png=20"), SourceTrial.read(folder));
  }

  @Test
  void linksThatLeadNowhereOrInACircleAreCounted() throws IOException {
    Files.createSymbolicLink(folder.resolve("a.png"), folder.resolve("absent"));
    Files.createSymbolicLink(folder.resolve("c"), folder);
    Files.createSymbolicLink(folder.resolve("d.png"), folder.resolve("b.png"));
    Path pictures = Files.createDirectory(folder.resolve("e"));
    Files.write(pictures.resolve("1.png"), png(30));
    Files.createSymbolicLink(folder.resolve("f"), pictures);
    assertEquals(
        List.of(
            "a.png!broken link", "b.png=20", "c!link loop", "d.png=20", "e/1.png=30", "f/1.png=30"),
        SourceTrial.read(folder));
  }

  @Test
  void namedPipeIsNotOpened() throws IOException, InterruptedException {
    Process mkfifo = new ProcessBuilder("mkfifo", folder.resolve("a.png").toString()).start();
    assumeTrue(mkfifo.waitFor(10, TimeUnit.SECONDS) && mkfifo.exitValue() == 0, "no mkfifo");
    assertEquals(List.of("a.png!no file", "b.png=20"), SourceTrial.read(folder));
  }

  @Test
  void fileThatVanishesIsLeftOut() throws IOException {
    List<PictureFile> files = FolderFiles.in(folder, Set.of());
    Files.delete(folder.resolve("b.png"));
    try (PixelBudget.Share memory = PixelBudget.ofMemory().share()) {
      UnreadableImageException failure =
          assertThrows(
              UnreadableImageException.class,
              () -> files.get(0).decode(new PictureDecoder(PictureReading.AS_STORED, memory)));
      assertEquals("vanished", failure.reason());
    }
  }

  @Test
  void fileThatBecomesAFolderIsLeftOut() throws IOException {
    List<PictureFile> files = FolderFiles.in(folder, Set.of());
    Files.delete(folder.resolve("b.png"));
    Files.createDirectory(folder.resolve("b.png"));
    try (PixelBudget.Share memory = PixelBudget.ofMemory().share()) {
      UnreadableImageException failure =
          assertThrows(
              UnreadableImageException.class,
              () -> files.get(0).decode(new PictureDecoder(PictureReading.AS_STORED, memory)));
      assertEquals("unreadable", failure.reason());
    }
  }

  @Test
  void fileAndFolderWithoutPermissionAreLeftOut() throws IOException {
    Path closed = Files.createDirectory(folder.resolve("c"));
    Files.write(folder.resolve("a.png"), png(10));
    Set<PosixFilePermission> none = Set.of();
    Files.setPosixFilePermissions(folder.resolve("a.png"), none);
    Files.setPosixFilePermissions(closed, none);
    try {
      assumeTrue(!Files.isReadable(closed), "this user may read everything");
      assertEquals(
          List.of("a.png!no permission", "b.png=20", "c!no permission"), SourceTrial.read(folder));
    } finally {
      Files.setPosixFilePermissions(closed, Set.of(PosixFilePermission.values()));
    }
  }

  // Latin-1; Java itself can't make such a name.
  @Test
  void nameThatIsNoUtf8IsRead() throws IOException, InterruptedException {
    Process copy =
        new ProcessBuilder("sh", "-c", "cp b.png \"$(printf 'caf\\351.png')\"")
            .directory(folder.toFile())
            .start();
    assumeTrue(copy.waitFor(10, TimeUnit.SECONDS) && copy.exitValue() == 0, "no such names here");
    List<String> read = SourceTrial.read(folder);
    assertEquals(2, read.size());
    assertEquals("b.png=20", read.get(0));
    assertTrue(read.get(1).startsWith("caf") && read.get(1).endsWith(".png=20"));
  }
}
