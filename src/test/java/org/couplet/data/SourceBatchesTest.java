package org.couplet.data;

import static org.couplet.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.couplet.image.ImportTrial;
import org.couplet.image.SourceReport;
import org.couplet.npy.NpyType;
import org.couplet.npy.NpzWriter;
import org.couplet.picture.ImageSize;
import org.couplet.picture.PictureKind;
import org.couplet.source.ImageSelection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TUint8;

class SourceBatchesTest extends ImportTrial {
  SourceBatchesTest(@TempDir Path folder) throws IOException {
    super(folder);
  }

  /** A batch's shape and, of each image, the first value. */
  private record Batch(Shape shape, List<Integer> firsts) {
    static Batch of(long[] shape, Integer... firsts) {
      return new Batch(Shape.of(shape), List.of(firsts));
    }

    static Batch closing(TUint8 tensor) {
      try (tensor) {
        List<Integer> firsts = new ArrayList<>();
        for (long row = 0; row < tensor.shape().get(0); row++) {
          firsts.add(Byte.toUnsignedInt(tensor.getByte(row, 0, 0, 0)));
        }
        return new Batch(tensor.shape(), firsts);
      }
    }
  }

  private static Batch first(SourceBatches batches) throws IOException {
    return Batch.closing(batches.next().orElseThrow());
  }

  private static List<Batch> rest(SourceBatches batches) throws IOException {
    List<Batch> read = new ArrayList<>();
    for (Optional<TUint8> next = batches.next(); next.isPresent(); next = batches.next()) {
      read.add(Batch.closing(next.get()));
    }
    return read;
  }

  private static SourceBatches open(Path path, int batchSize) throws IOException {
    return SourceBatches.open(ImageSelection.of(path), batchSize, false);
  }

  private static List<Batch> all(Path path, int batchSize) throws IOException {
    try (SourceBatches batches = open(path, batchSize)) {
      return rest(batches);
    }
  }

  private static long[] shape(long... sizes) {
    return sizes;
  }

  @Test
  void imagesOfOneSizeComeInOrderInWholeBatches() throws IOException {
    for (int i = 0; i < 10; i++) {
      Files.write(source.resolve(i + ".png"), png(2, 3, 20 * i));
    }
    try (SourceBatches batches = open(source, 4)) {
      assertEquals(10, batches.count());
      assertEquals(
          List.of(
              Batch.of(shape(4, 3, 2, 3), 0, 20, 40, 60),
              Batch.of(shape(4, 3, 2, 3), 80, 100, 120, 140),
              Batch.of(shape(2, 3, 2, 3), 160, 180)),
          rest(batches));
      assertTrue(batches.next().isEmpty());
      ImageSize size = new ImageSize(3, 2);
      assertEquals(
          new SourceReport(
              10,
              Map.of(PictureKind.PNG, 10L),
              Map.of(),
              Map.of(),
              1,
              Optional.of(size),
              Optional.of(size)),
          batches.report());
      assertEquals(List.of(), batches.report().warnings());
    }
  }

  @Test
  void everyPixelArrives() throws IOException {
    save(source.resolve("a.npy"), NpyType.U1, Shape.of(3, 5, 4, 3), rising(180));
    try (SourceBatches batches = open(source.resolve("a.npy"), 8);
        TUint8 batch = batches.next().orElseThrow()) {
      byte[] pixels = new byte[180];
      batch.asRawTensor().data().read(pixels);
      assertArrayEquals(rising(180), pixels);
    }
  }

  @Test
  void mixedSizesAreBatchedBySizeInTheirOrder() throws IOException {
    for (int i = 0; i < 9; i++) {
      Files.write(source.resolve(i + ".png"), png(1 + i % 2, 5, 10 * i));
    }
    assertEquals(
        List.of(
            Batch.of(shape(3, 5, 1, 3), 0, 20, 40),
            Batch.of(shape(3, 5, 2, 3), 10, 30, 50),
            Batch.of(shape(2, 5, 1, 3), 60, 80),
            Batch.of(shape(1, 5, 2, 3), 70)),
        all(source, 3));
  }

  @Test
  void whereAllSizesDifferFewImagesWait() throws IOException {
    for (int i = 0; i < 60; i++) {
      Files.write(source.resolve("%02d.png".formatted(i)), png(60 - i, 1, i));
    }
    try (SourceBatches batches = open(source, 2)) {
      List<Batch> read = new ArrayList<>(List.of(first(batches)));
      assertEquals(9, batches.report().taken());
      read.addAll(rest(batches));
      for (int i = 0; i < 60; i++) {
        assertEquals(Batch.of(shape(1, 1, 60 - i, 3), i), read.get(i));
      }
      assertEquals(60, batches.report().sizes());
    }
  }

  @Test
  void oneRareSizeDoesNotWaitForTheEnd() throws IOException {
    Files.write(source.resolve("00.png"), png(9, 9, 255));
    for (int i = 1; i < 40; i++) {
      // The second size completes batches, the first and the third fill up what may wait.
      Files.write(source.resolve("%02d.png".formatted(i)), png(i % 2 == 0 ? 1 : i + 10, 1, i));
    }
    List<Batch> read = all(source, 2);
    int rare = read.indexOf(Batch.of(shape(1, 9, 9, 3), 255));
    assertTrue(rare >= 0 && rare < 10, read.toString());
    assertEquals(40, read.stream().mapToInt(batch -> batch.firsts().size()).sum());
  }

  @Test
  void largeImagesMakeSmallerBatches() throws IOException {
    Path file = source.resolve("large.npy");
    save(file, NpyType.U1, Shape.of(3, 4096, 2048, 1), new byte[3 << 23]);
    assertEquals(
        List.of(Batch.of(shape(2, 4096, 2048, 1), 0, 0), Batch.of(shape(1, 4096, 2048, 1), 0)),
        all(file, 16));
  }

  @Test
  void firstBatchIsThereBeforeAllIsDecoded() throws IOException {
    int ahead = 8 * Runtime.getRuntime().availableProcessors();
    for (int i = 0; i < ahead + 9; i++) {
      Files.write(source.resolve("%05d.png".formatted(i)), png(1, 1, 0));
    }
    try (SourceBatches batches = open(source, 4)) {
      first(batches);
      Files.delete(source.resolve("%05d.png".formatted(ahead + 8)));
      rest(batches);
      assertEquals(1, batches.report().leftOutCount());
      assertEquals(Set.of("vanished"), batches.report().leftOut().keySet());
    }
  }

  @Test
  void closingEarlyEndsTheThreads() throws Exception {
    for (int i = 0; i < 50; i++) {
      Files.write(source.resolve(i + ".png"), png(50, 50, i));
    }
    List<Thread> before = decoding();
    SourceBatches batches = open(source, 2);
    first(batches);
    List<Thread> threads = decoding();
    threads.removeAll(before);
    assertFalse(threads.isEmpty());
    batches.close();
    for (Thread thread : threads) {
      thread.join(60_000);
      assertFalse(thread.isAlive());
    }
  }

  private static List<Thread> decoding() {
    return new ArrayList<>(
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().equals("couplet-decoding"))
            .toList());
  }

  @Test
  void zipIsReadLikeItsFolder() throws IOException {
    Path file = folder.resolve("images.zip");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (int i = 5; i >= 0; i--) {
        String name = (i < 3 ? "b/" : "a/") + i + ".png";
        zip.putNextEntry(new ZipEntry(name));
        zip.write(png(3, 1, i));
        zip.closeEntry();
        Files.createDirectories(source.resolve(name).getParent());
        Files.write(source.resolve(name), png(3, 1, i));
      }
    }
    List<Batch> expected =
        List.of(Batch.of(shape(4, 1, 3, 3), 3, 4, 5, 0), Batch.of(shape(2, 1, 3, 3), 1, 2));
    assertEquals(expected, all(file, 4));
    assertEquals(expected, all(source, 4));
    try (SourceBatches some =
        SourceBatches.open(
            new ImageSelection(file, Optional.of("b/"), Optional.empty()), 4, false)) {
      assertEquals(List.of(Batch.of(shape(3, 1, 3, 3), 0, 1, 2)), rest(some));
    }
  }

  private Path npz(String name, Map<String, Shape> arrays) throws IOException {
    Path file = source.resolve(name);
    try (NpzWriter npz = new NpzWriter(Files.newOutputStream(file))) {
      for (Map.Entry<String, Shape> array : arrays.entrySet()) {
        try (OutputStream out = npz.begin(array.getKey(), NpyType.U1, array.getValue())) {
          out.write(rising((int) array.getValue().size()));
        }
      }
    }
    return file;
  }

  @Test
  void samplesOfOtherToolsAreFoundInTheirNpz() throws IOException {
    Shape images = Shape.of(2, 2, 2, 3);
    Shape matrix = Shape.of(6, 6);
    List<Batch> samples = List.of(Batch.of(shape(2, 2, 2, 3), 0, 12));
    for (Map<String, Shape> arrays :
        List.of(
            Map.of("arr_0", images, "arr_1", Shape.of(2)),
            Map.of("arr_0", images, "masks", Shape.of(2, 5, 5)),
            Map.of("arr_0", images, "mu", Shape.of(6), "sigma", matrix))) {
      assertEquals(samples, all(npz("samples.npz", arrays), 4), arrays.toString());
    }
    Path statistics = npz("statistics.npz", Map.of("mu", Shape.of(6), "sigma", matrix));
    assertRefused(() -> all(statistics, 4), "statistics.npz: holds statistics of features");
  }

  @Test
  void floatsAndGreyArraysGoThroughTheSameDoor() throws IOException {
    Path file = source.resolve("a.npy");
    saveFloats(file, Shape.of(2, 2, 2), 0.2f, 0, 1, 0, 0.4f, 0, 0, 0);
    assertEquals(List.of(Batch.of(shape(2, 2, 2, 1), 51, 102)), all(file, 4));
    saveFloats(file, Shape.of(1, 2, 2, 1), -0.6f, -1, 1, 0);
    assertEquals(List.of(Batch.of(shape(1, 2, 2, 1), 51)), all(file, 4));
    saveFloats(file, Shape.of(1, 2, 2, 1), 0, Float.NaN, 1, 0);
    assertRefused(() -> all(file, 4), "NaN");
    saveFloats(file, Shape.of(1, 2, 2, 1), 0, 300, 1, 0);
    assertRefused(() -> all(file, 4), "floats from 0.0 to 300.0");
  }

  private static void saveFloats(Path file, Shape shape, float... values) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    save(file, NpyType.F4, shape, bytes.array());
  }
}
