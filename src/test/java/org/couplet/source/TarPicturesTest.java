package org.couplet.source;

import static org.couplet.Refusal.assertRefused;
import static org.couplet.source.SourceTrial.png;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarPicturesTest {
  private final Path folder;

  TarPicturesTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private static void add(TarArchiveOutputStream tar, String name, byte[] content)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  private static byte[] tar() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8")) {
      add(tar, "./b/\u00fc.png", png(10));
      add(tar, "./a/1.png", png(20));
      add(tar, "./a/._1.png", png(1));
      add(tar, "./read.me", "text".getBytes(StandardCharsets.UTF_8));
      TarArchiveEntry link = new TarArchiveEntry("./a/2.png", TarConstants.LF_SYMLINK);
      link.setLinkName("1.png");
      tar.putArchiveEntry(link);
      tar.closeArchiveEntry();
      add(tar, "./a/3.png", png(30));
    }
    return bytes.toByteArray();
  }

  private Path gzipped(byte[] content) throws IOException {
    Path file = folder.resolve("a.tar.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(content);
    }
    return file;
  }

  @Test
  void picturesComeInTheOrderOfTheArchiveCompressedOrNot() throws IOException {
    List<String> expected =
        List.of("b/\u00fc.png=10", "a/1.png=20", "read.me!text", "a/2.png!link", "a/3.png=30");
    assertEquals(expected, SourceTrial.read(Files.write(folder.resolve("a.tar"), tar())));
    assertEquals(expected, SourceTrial.read(gzipped(tar())));
    Path bzip2 = folder.resolve("a.tbz");
    try (OutputStream out = new BZip2CompressorOutputStream(Files.newOutputStream(bzip2))) {
      out.write(tar());
    }
    assertEquals(expected, SourceTrial.read(bzip2));
    assertEquals(List.of("b/\u00fc.png=10"), SourceTrial.read(bzip2, "b/"));
    assertRefused(
        () -> SourceTrial.read(bzip2, "c/"),
        "whose path begins with c/ (--only); there are a/, b/, read.me instead");
  }

  @Test
  void gzipWhoseChecksumIsWrongIsRefusedBeforeAnyImage() throws IOException {
    Path file = gzipped(tar());
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 5] ^= 1; // in the length
    Files.write(file, bytes);
    assertRefused(() -> SourceTrial.read(file), file + ": damaged", "fetch it again");
    bytes[bytes.length - 5] ^= 1;
    bytes[bytes.length - 8] ^= 1; // in the checksum
    Files.write(file, bytes);
    assertRefused(() -> SourceTrial.read(file), file + ": damaged", "fetch it again");
  }

  @Test
  void tarCutAnywhereWithinAnEntryIsRefused() throws IOException {
    byte[] whole = tar();
    Path file = folder.resolve("cut.tar");
    for (int length : new int[] {513, 600, 1100, 1600}) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertRefused(() -> SourceTrial.read(file), file + ": damaged or cut off");
    }
  }

  @Test
  void tarWithJunkInASizeIsRefusedByName() throws IOException {
    byte[] bytes = tar();
    Arrays.fill(bytes, 124, 136, (byte) '9');
    Path file = Files.write(folder.resolve("junk.tar"), bytes);
    assertRefused(() -> SourceTrial.read(file), file + ": damaged or cut off");
  }

  @Test
  void pythonFormOfCifarIsNamed() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      add(tar, "cifar-10-batches-py/data_batch_1", new byte[] {(byte) 0x80, 2});
    }
    Path file = gzipped(bytes.toByteArray());
    assertRefused(() -> SourceTrial.read(file), "Python form", "tools/fetch-cifar10.sh");
  }

  @Test
  void whatElseIsCompressedIsNamed() throws IOException {
    assertRefused(() -> SourceTrial.read(gzipped(png(1))), "unpack it");
    Path xz =
        Files.write(folder.resolve("a.tar.xz"), new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z', 0});
    assertRefused(() -> SourceTrial.read(xz), "unpack it");
    Path picture = Files.write(folder.resolve("a.png"), png(1));
    assertRefused(() -> SourceTrial.read(picture), "give its folder");
    Path pickle = Files.write(folder.resolve("a.pkl"), new byte[] {(byte) 0x80, 4, (byte) 0x95});
    assertRefused(() -> SourceTrial.read(pickle), "pickle", "numpy.savez");
  }

  @Test
  void prefixesAreTheFoldersBelowTheOneThatAllAreIn() {
    assertEquals(
        List.of("set/test/", "set/train/"),
        ImageSources.prefixes(List.of("set/train/a/1.png", "set/test/2.png", "set/train/3.png")));
    assertEquals(
        List.of("batch_2.npz", "batch_10.npz"),
        ImageSources.prefixes(List.of("batch_10.npz", "batch_2.npz")));
  }
}
