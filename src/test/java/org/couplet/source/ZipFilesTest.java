package org.couplet.source;

import static org.couplet.source.SourceTrial.png;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.ZipMethod;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.couplet.archive.ZipArchive;
import org.couplet.io.InvalidInputException;
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
  void filesThatOnlyADamagedNameHidesAreCounted() throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      add(zip, "a.png", png(10));
      add(zip, "b.png", png(20));
      add(zip, ".c.png", png(30));
      add(zip, "__MACOSX/d.png", png(40));
    }
    byte[] bytes = Files.readAllBytes(file);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    bytes[text.lastIndexOf("b.png")] = '.';
    Files.write(file, bytes);
    assertEquals(List.of("..png!corrupt", "a.png=10"), SourceTrial.read(file));
    bytes[text.indexOf("b.png")] = '.';
    Files.write(file, bytes);
    assertEquals(List.of("a.png=10"), SourceTrial.read(file));
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
  void linksAreCounted() throws IOException {
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(file)) {
      add(zip, new ZipArchiveEntry("a.png"), png(10));
      ZipArchiveEntry link = new ZipArchiveEntry("b.png");
      link.setUnixMode(0120777);
      add(zip, link, "a.png".getBytes(StandardCharsets.UTF_8));
    }
    assertEquals(List.of("a.png=10", "b.png!link"), SourceTrial.read(file));
  }

  private static void add(ZipArchiveOutputStream zip, ZipArchiveEntry entry, byte[] content)
      throws IOException {
    zip.putArchiveEntry(entry);
    zip.write(content);
    zip.closeArchiveEntry();
  }

  @Test
  void filesStoredOrCompressedByBzip2AreRead() throws IOException {
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(file)) {
      addRaw(zip, "a.png", ZipMethod.STORED, png(10), png(10));
      ByteArrayOutputStream bzip2 = new ByteArrayOutputStream();
      try (BZip2CompressorOutputStream out = new BZip2CompressorOutputStream(bzip2)) {
        out.write(png(20));
      }
      addRaw(zip, "b.png", ZipMethod.BZIP2, png(20), bzip2.toByteArray());
      addRaw(zip, "c.png", ZipMethod.ZSTD, png(30), png(30));
    }
    assertEquals(List.of("a.png=10", "b.png=20", "c.png!unreadable"), SourceTrial.read(file));
  }

  private static void addRaw(
      ZipArchiveOutputStream zip, String name, ZipMethod method, byte[] content, byte[] stored)
      throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipArchiveEntry entry = new ZipArchiveEntry(name);
    entry.setMethod(method.getCode());
    entry.setSize(content.length);
    entry.setCompressedSize(stored.length);
    entry.setCrc(crc.getValue());
    zip.addRawArchiveEntry(entry, new ByteArrayInputStream(stored));
  }

  @Test
  void numbersInTheFormOfLargeZipsAreRead() throws IOException {
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(file)) {
      zip.setUseZip64(Zip64Mode.AlwaysWithCompatibility);
      add(zip, new ZipArchiveEntry("a.png"), png(10));
    }
    assertEquals(List.of("a.png=10"), SourceTrial.read(file));
  }

  @Test
  void moreEntriesThanOldZipsHaveAreListed() throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (int i = 0; i < 70_000; i++) {
        zip.putNextEntry(new ZipEntry(i + "/"));
      }
      add(zip, "a.png", png(10));
    }
    assertEquals(List.of("a.png=10"), SourceTrial.read(file));
  }

  @Test
  void zipBehindAProgramThatUnpacksItIsRead() throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      add(zip, "a.png", png(10));
      zip.setComment("with a comment");
    }
    try (ZipArchive zip = ZipArchive.open(behind(new byte[1000], Files.readAllBytes(file)))) {
      try (InputStream in = zip.open(zip.entries().get(0))) {
        assertArrayEquals(png(10), in.readAllBytes());
      }
    }
  }

  private Path behind(byte[] program, byte[] zip) throws IOException {
    Path both = file.resolveSibling("b.zip");
    Files.write(both, program);
    return Files.write(both, zip, StandardOpenOption.APPEND);
  }

  @Test
  void cutOrChangedDirectoriesAreRefused() throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      add(zip, "a.png", png(10));
      add(zip, "b.png", png(20));
    }
    byte[] bytes = Files.readAllBytes(file);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    for (int length = 4; length < bytes.length; length++) {
      Files.write(file, Arrays.copyOf(bytes, length));
      assertThrows(InvalidInputException.class, () -> SourceTrial.read(file));
    }
    for (int at = text.indexOf("PK\5\6") + 8; at < bytes.length; at++) {
      byte[] changed = bytes.clone();
      changed[at] ^= (byte) 0x80;
      Files.write(file, changed);
      assertNothingWrongIsTaken();
    }
    for (int entry : new int[] {text.indexOf("PK\1\2"), text.lastIndexOf("PK\1\2")}) {
      byte[] changed = bytes.clone();
      changed[entry] ^= 1;
      Files.write(file, changed);
      assertThrows(InvalidInputException.class, () -> SourceTrial.read(file));
    }
  }

  private void assertNothingWrongIsTaken() throws IOException {
    try {
      List<String> read = SourceTrial.read(file);
      assertTrue(
          read.equals(List.of("a.png=10", "b.png=20"))
              || read.equals(List.of("a.png!corrupt", "b.png!corrupt")),
          read.toString());
    } catch (InvalidInputException e) {
      assertTrue(String.valueOf(e.getMessage()).contains("damaged"), e.getMessage());
    }
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
