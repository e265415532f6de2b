package org.couplet.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.couplet.Refusal;
import org.couplet.config.proto.DatasetConfig;
import org.couplet.npy.NpyHeader;
import org.couplet.npy.NpyType;
import org.couplet.npy.NpyWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TUint8;

class NpyImagesTest {
  private final Path folder;

  NpyImagesTest(@TempDir Path folder) {
    this.folder = folder;
  }

  static byte[] bytes(Tensor tensor) {
    byte[] bytes = new byte[Math.toIntExact(tensor.numBytes())];
    tensor.asRawTensor().data().read(bytes);
    return bytes;
  }

  private Path fourImages() throws IOException {
    Path file = folder.resolve("four.npy");
    try (NpyWriter out = new NpyWriter(file, Shape.of(2, 2, 3))) {
      for (int image = 0; image < 4; image++) {
        byte[] values = new byte[12];
        for (int i = 0; i < 12; i++) {
          values[i] = (byte) (60 * image + i);
        }
        out.write(values);
      }
    }
    return file;
  }

  @Test
  void batchHoldsTheImagesAskedForInOrder() throws IOException {
    try (NpyImages images = NpyImages.open(fourImages(), 2, 3);
        TUint8 batch = images.batch(new long[] {3, 0, 3})) {
      assertEquals(4, images.size());
      assertEquals(Shape.of(2, 2, 3), images.elementShape());
      assertEquals(Shape.of(3, 2, 2, 3), batch.shape());
      byte[] values = bytes(batch);
      for (int i = 0; i < 12; i++) {
        assertEquals(180 + i, Byte.toUnsignedInt(values[i]));
        assertEquals(i, Byte.toUnsignedInt(values[12 + i]));
        assertEquals(180 + i, Byte.toUnsignedInt(values[24 + i]));
      }
      assertThrows(IndexOutOfBoundsException.class, () -> images.batch(new long[] {4}));
    }
  }

  @Test
  void imagesBeyondTwoGibibytesAreRead() throws IOException {
    long count = 800_000; // of 3072 bytes: 2.3 GiB, of which the disk holds a few KiB
    Path file = folder.resolve("large.npy");
    byte[] last = new byte[3072];
    byte[] middle = new byte[3072];
    for (int i = 0; i < 3072; i++) {
      last[i] = (byte) (i * 7);
      middle[i] = (byte) (i * 5);
    }
    // The first image of the second map.
    long border = (1L << 30) / 3072;
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.write(NpyHeader.of(NpyType.U1, Shape.of(count, 32, 32, 3)).toBytes());
      sparse.setLength(128 + count * 3072);
      sparse.seek(128 + border * 3072);
      sparse.write(middle);
      sparse.seek(128 + (count - 1) * 3072);
      sparse.write(last);
    }
    assertTrue(Files.size(file) > 1L << 31);
    try (NpyImages images = NpyImages.open(file, 32, 3);
        TUint8 ends = images.batch(new long[] {count - 1});
        TUint8 borders = images.batch(new long[] {border});
        TUint8 before = images.batch(new long[] {border - 1})) {
      assertEquals(count, images.size());
      assertArrayEquals(last, bytes(ends));
      assertArrayEquals(middle, bytes(borders));
      assertArrayEquals(new byte[3072], bytes(before));
    }
  }

  @Test
  void otherFilesAreRefusedWithTheRemedy() throws IOException {
    Path four = fourImages();
    assertRefused(folder.resolve("absent.npy"), 2, 3, "couplet data");
    assertRefused(four, 4, 3, "--size 4");
    assertRefused(four, 2, 1, "channels is 1");
    Path cut = folder.resolve("cut.npy");
    Files.write(cut, Arrays.copyOf(Files.readAllBytes(four), 150));
    assertRefused(cut, 2, 3, "its header says 176");
    Path floats = folder.resolve("floats.npy");
    Files.write(floats, NpyHeader.of(NpyType.F4, Shape.of(0, 2, 2, 3)).toBytes());
    assertRefused(floats, 2, 3, "<f4");
    Path text = folder.resolve("text.npy");
    Files.writeString(text, "no array");
    assertRefused(text, 2, 3, "no .npy file");
  }

  private static void assertRefused(Path file, int resolution, int channels, String expected) {
    Refusal.assertRefused(() -> NpyImages.open(file, resolution, channels), file + ": ", expected);
  }

  @Test
  void configurationChoosesTheSource() throws IOException {
    DatasetConfig.Builder config = DatasetConfig.newBuilder();
    Refusal.assertRefused(() -> Dataset.open(config.build()), "dataset: no source");
    config.getImageFileBuilder().setPath(fourImages().toString()).setResolution(2);
    try (Dataset images = Dataset.open(config.build())) {
      assertEquals(4, images.size());
    }
    config.getProceduralBuilder();
    try (Dataset images = Dataset.open(config.build())) {
      assertEquals(20_000, images.size());
      assertEquals(Shape.of(16, 16, 3), images.elementShape());
    }
    config.getGaussiansBuilder();
    try (Dataset points = Dataset.open(config.build())) {
      assertEquals(10_000, points.size());
      assertEquals(Shape.of(2), points.elementShape());
    }
  }
}
