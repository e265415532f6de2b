package org.couplet.image;

import static org.couplet.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.couplet.npy.NpyReader;
import org.couplet.source.Split;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

class CifarBatchesTest extends ImportTrial {
  CifarBatchesTest(@TempDir Path folder) throws IOException {
    super(folder);
  }

  private static byte[] cifarBatch(int images, int start) throws IOException {
    ByteArrayOutputStream batch = new ByteArrayOutputStream();
    for (int image = 0; image < images; image++) {
      batch.write(image % 10);
      for (int channel = 0; channel < 3; channel++) {
        byte[] plane = new byte[1024];
        Arrays.fill(plane, (byte) (start + 10 * image + channel));
        batch.write(plane);
      }
    }
    return batch.toByteArray();
  }

  private Path cifarArchive() throws IOException {
    Path file = folder.resolve("cifar.tar.gz");
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(new GZIPOutputStream(Files.newOutputStream(file)))) {
      // Unsorted, as in the published archive.
      for (String name : List.of("data_batch_2", "test_batch", "data_batch_1")) {
        byte[] batch =
            cifarBatch(2, name.equals("test_batch") ? 200 : 50 * (name.charAt(11) - '0'));
        TarArchiveEntry entry = new TarArchiveEntry("cifar-10-batches-bin/" + name + ".bin");
        entry.setSize(batch.length);
        tar.putArchiveEntry(entry);
        tar.write(batch);
        tar.closeArchiveEntry();
      }
    }
    return file;
  }

  @Test
  void cifarArchiveIsConvertedBySplits() throws IOException {
    Path archive = cifarArchive();
    ImportReport report = run(archive, 32);
    assertEquals(4, report.written());
    assertEquals("  cifar 10                4", report.source().table().get(1));
    int[] pixels = pixels(Shape.of(4, 32, 32, 3));
    for (int image = 0; image < 4; image++) {
      int first = new int[] {50, 60, 100, 110}[image];
      for (int i = 0; i < 3072; i++) {
        assertEquals(first + i % 3, pixels[3072 * image + i]);
      }
    }
    assertEquals(2, run(archive, 1, false, null, Split.TEST).written());
    assertArrayEquals(new int[] {200, 201, 202, 210, 211, 212}, pixels(Shape.of(2, 1, 1, 3)));
    assertEquals(6, run(archive, 1, false, null, Split.ALL).written());
    try (NpyReader labels = NpyReader.open(folder.resolve("images.labels.npy"))) {
      assertArrayEquals(new double[] {0, 1, 0, 1, 0, 1}, all(labels));
    }
    assertRefused(() -> run(archive, 1, false, "train", null), "--split");
  }

  @Test
  void cifarFolderEqualsItsArchive() throws IOException {
    run(cifarArchive(), 32);
    byte[] expected = Files.readAllBytes(output);
    Path inner = Files.createDirectory(source.resolve("cifar-10-batches-bin"));
    Files.write(inner.resolve("data_batch_1.bin"), cifarBatch(2, 50));
    Files.write(inner.resolve("data_batch_2.bin"), cifarBatch(2, 100));
    Files.write(inner.resolve("test_batch.bin"), cifarBatch(2, 200));
    run(source, 32);
    assertArrayEquals(expected, Files.readAllBytes(output));
    run(inner, 32);
    assertArrayEquals(expected, Files.readAllBytes(output));
  }

  @Test
  void damagedCifarIsRefused() throws IOException {
    byte[] archive = Files.readAllBytes(cifarArchive());
    Path cut = folder.resolve("cut.tar.gz");
    Files.write(cut, Arrays.copyOf(archive, archive.length / 2));
    assertRefused(() -> run(cut, 32), cut.toString(), "fetch it again");
    byte[] batch = cifarBatch(2, 0);
    batch[3073] = 77;
    Files.write(source.resolve("data_batch_1.bin"), batch);
    assertEquals(List.of("data_batch_1.bin image 1"), leftOut(run(source, 32)));
    Files.write(source.resolve("data_batch_1.bin"), new byte[3000]);
    assertRefused(() -> run(source, 32), "data_batch_1.bin has 3000 bytes");
  }

  @Test
  void damagedNamesOfClassesAreRefused() throws IOException {
    Files.write(source.resolve("data_batch_1.bin"), cifarBatch(2, 0));
    String names = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n";
    Path file = Files.writeString(source.resolve("batches.meta.txt"), names);
    run(source, 32);
    assertEquals(names.strip() + "\n", Files.readString(folder.resolve("images.classes.txt")));
    for (String other : List.of("a\nb\n", names + "k", names.replace('c', '\u001b'))) {
      Files.writeString(file, other);
      assertRefused(() -> run(source, 32), "batches.meta.txt", "10 classes");
    }
    Files.write(file, names.replace('c', '\u00e9').getBytes(StandardCharsets.ISO_8859_1));
    assertRefused(() -> run(source, 32), "batches.meta.txt", "10 classes");
  }
}
