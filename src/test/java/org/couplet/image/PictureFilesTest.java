package org.couplet.image;

import static org.couplet.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.couplet.picture.PictureTest;
import org.couplet.source.Split;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

class PictureFilesTest extends ImportTrial {
  PictureFilesTest(@TempDir Path folder) throws IOException {
    super(folder);
  }

  @Test
  void folderIsConvertedInTheOrderOfItsPaths() throws IOException {
    Files.createDirectories(source.resolve("b/c"));
    Files.write(source.resolve("b/c/1.PNG"), png(9, 5, 30));
    Files.write(source.resolve("b/0.png"), png(4, 4, 20));
    Files.write(
        source.resolve("a.jpeg"),
        PictureTest.encoded(new BufferedImage(40, 30, BufferedImage.TYPE_BYTE_GRAY), "jpg"));
    Files.writeString(source.resolve(".readme.txt"), "hidden");
    ImportReport report = run(source, 2);
    assertEquals(3, report.written());
    assertEquals(3, report.channels());
    assertEquals(0, report.source().leftOutCount());
    assertEquals(3, listener.total);
    assertEquals(3, listener.done);
    int[] pixels = pixels(Shape.of(3, 2, 2, 3));
    int[] expected = new int[36];
    Arrays.fill(expected, 12, 24, 20);
    Arrays.fill(expected, 24, 36, 30);
    assertArrayEquals(expected, pixels);
  }

  @Test
  void manyImagesKeepTheirOrderThoughAllCoresDecode() throws IOException {
    for (int i = 0; i < 200; i++) {
      // Larger and smaller ones in turn, so that later ones are ready earlier.
      int side = i % 2 == 0 ? 200 : 2;
      Files.write(source.resolve("%03d.png".formatted(i)), png(side, side, i));
    }
    run(source, 1);
    int[] pixels = pixels(Shape.of(200, 1, 1, 3));
    for (int i = 0; i < 200; i++) {
      assertEquals(i, pixels[3 * i]);
    }
  }

  private Path zip() throws IOException {
    Path file = folder.resolve("images.zip");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (String name : List.of("test/0.png", "train/b/1.png", "train/a/2.png", "train/a/1.png")) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(png(3, 3, 10 * name.charAt(name.length() - 5) - 400));
        zip.closeEntry();
      }
      zip.putNextEntry(new ZipEntry("__MACOSX/train/._1.png"));
      zip.write(1);
      zip.closeEntry();
    }
    return file;
  }

  @Test
  void zipIsConvertedAndOnlyChoosesItsParts() throws IOException {
    assertEquals(4, run(zip(), 1).written());
    assertEquals(3, run(zip(), 1, false, "train/", null).written());
    int[] pixels = pixels(Shape.of(3, 1, 1, 3));
    assertArrayEquals(new int[] {90, 100, 90}, new int[] {pixels[0], pixels[3], pixels[6]});
    assertRefused(() -> run(zip(), 1, false, "valid/", null), "whose path begins with valid/");
    assertRefused(() -> run(zip(), 1, false, null, Split.TEST), "--split");
  }

  @Test
  void corruptImageIsNamedAndSkipped() throws IOException {
    Files.write(source.resolve("0.png"), png(8, 8, 1));
    Files.write(source.resolve("1.jpg"), new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff, 0});
    Files.write(source.resolve("2.png"), png(8, 8, 2));
    ImportReport report = run(source, 1);
    assertEquals(2, report.written());
    assertEquals(List.of("1.jpg"), leftOut(report));
    assertTrue(listener.skipped.get(0).startsWith("1.jpg: corrupt image ("));
    assertEquals(3, listener.done);
    assertArrayEquals(new int[] {1, 1, 1, 2, 2, 2}, pixels(Shape.of(2, 1, 1, 3)));
  }

  @Test
  void corruptImageIsFatalWhenStrict() throws IOException {
    Files.write(source.resolve("0.png"), png(8, 8, 1));
    Files.write(source.resolve("1.jpg"), new byte[] {1, 2, 3});
    assertRefused(() -> run(source, 1, true, null, null), "1.jpg: of no known form");
    assertFalse(Files.exists(output));
    Files.delete(source.resolve("0.png"));
    assertRefused(() -> run(source, 1), "none of the 1 images can be taken");
    assertFalse(Files.exists(output));
  }

  @Test
  void imageWhoseCompressedDataEndEarlyIsCorrupt() throws IOException {
    Path file = folder.resolve("cut.zip");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (String name : List.of("0.png", "1.png")) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(png(8, 8, 5));
        zip.closeEntry();
      }
    }
    byte[] bytes = Files.readAllBytes(file);
    // The first bit of the data, after the local header and the name, marks the last block.
    int data = 30 + "0.png".length();
    assertEquals(1, bytes[data] & 1);
    bytes[data] ^= 1;
    Files.write(file, bytes);
    assertEquals(List.of("0.png"), leftOut(run(file, 8)));
    assertTrue(listener.skipped.get(0).contains("damaged in the zip"), listener.skipped.get(0));
  }

  @Test
  void imageDamagedWithinTheZipIsCorrupt() throws IOException {
    Path file = folder.resolve("damaged.zip");
    BufferedImage noise = new BufferedImage(64, 64, BufferedImage.TYPE_3BYTE_BGR);
    for (int i = 0; i < 4096; i++) {
      noise.setRGB(i % 64, i / 64, i * 2654435);
    }
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.setLevel(0);
      for (String name : List.of("0.jpg", "1.jpg")) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(PictureTest.encoded(noise, "jpg"));
        zip.closeEntry();
      }
    }
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 4] ^= 1;
    Files.write(file, bytes);
    assertEquals(List.of("0.jpg"), leftOut(run(file, 8)));
    assertTrue(listener.skipped.get(0).contains("checksum"), listener.skipped.get(0));
  }
}
