package org.couplet.source;

import static org.couplet.source.SourceTrial.png;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZipFilesTest {
  private final Path file;

  ZipFilesTest(@TempDir Path folder) {
    this.file = folder.resolve("a.zip");
  }

  private static void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    zip.write(content);
    zip.closeEntry();
  }

  @Test
  void namesOfWindowsAreInCodePage437() throws IOException {
    // Java marks UTF-8 only where it writes UTF-8.
    try (ZipOutputStream zip =
        new ZipOutputStream(Files.newOutputStream(file), Charset.forName("IBM437"))) {
      add(zip, "m\u00fcll/1.png", png(10));
      add(zip, "a.png", png(20));
    }
    assertEquals(List.of("a.png=20", "m\u00fcll/1.png=10"), SourceTrial.read(file));
    assertEquals(List.of("m\u00fcll/1.png=10"), SourceTrial.read(file, "m\u00fcll/"));
  }

  @Test
  void namesInUtf8AreReadMarkedOrNot() throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      add(zip, "\u5199\u771f.png", png(10));
    }
    assertEquals(List.of("\u5199\u771f.png=10"), SourceTrial.read(file));
    byte[] bytes = Files.readAllBytes(file);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    // Bit 11 of the flags, in the local header and in the directory.
    bytes[text.indexOf("PK\3\4") + 7] &= ~8;
    bytes[text.indexOf("PK\1\2") + 9] &= ~8;
    Files.write(file, bytes);
    assertEquals(List.of("\u5199\u771f.png=10"), SourceTrial.read(file));
  }

  @Test
  void backslashesAndLeadingDotsDoNotHideFiles() throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      add(zip, "train\\a\\1.png", png(10));
      add(zip, "./train/b/1.png", png(20));
      add(zip, "/test/1.png", png(30));
      add(zip, "train\\.hidden\\2.png", png(40));
    }
    assertEquals(List.of("train/a/1.png=10", "train/b/1.png=20"), SourceTrial.read(file, "train/"));
  }

  @Test
  void archivesWithinAreNamed() throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      add(zip, "a.png", png(10));
      add(zip, "b.zip", new byte[] {'P', 'K', 3, 4, 0});
    }
    assertEquals(List.of("a.png=10", "b.zip!archive"), SourceTrial.read(file));
  }

  @Test
  void encryptedFilesAreCounted() throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      add(zip, "a.png", png(10));
      add(zip, "b.png", png(20));
    }
    byte[] bytes = Files.readAllBytes(file);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    bytes[text.lastIndexOf("PK\3\4") + 6] |= 1;
    bytes[text.lastIndexOf("PK\1\2") + 8] |= 1;
    Files.write(file, bytes);
    assertEquals(List.of("a.png=10", "b.png!encrypted"), SourceTrial.read(file));
  }

  @Test
  void pictureLargerThanTheLimitIsLeftOutUnread() throws IOException {
    byte[] zeros = new byte[1 << 20];
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      add(zip, "a.png", png(10));
      zip.putNextEntry(new ZipEntry("b.png"));
      zip.write(png(20));
      for (long left = PictureFile.MOST_BYTES; left > 0; left -= zeros.length) {
        zip.write(zeros);
      }
      zip.closeEntry();
    }
    assertEquals(List.of("a.png=10", "b.png!too large"), SourceTrial.read(file));
  }

  @Test
  void entryOfAnotherLengthThanDeclaredIsCorrupt() throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      add(zip, "a.png", png(10));
    }
    byte[] bytes = Files.readAllBytes(file);
    int size = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("PK\1\2") + 24;
    for (int other : new int[] {-1, 1}) {
      byte[] changed = bytes.clone();
      changed[size] += (byte) other;
      Files.write(file, changed);
      assertEquals(List.of("a.png!corrupt"), SourceTrial.read(file));
    }
  }
}
