package org.couplet.data;

import static org.couplet.data.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

class ImporterTest {
  private final Path folder;
  private final Path source;
  private final Path output;
  private final Listener listener = new Listener();

  ImporterTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    this.source = Files.createDirectory(folder.resolve("source"));
    this.output = folder.resolve("images.npy");
  }

  private static final class Listener implements ImportListener {
    long total;
    long done;
    final List<String> skipped = new ArrayList<>();

    @Override
    public void started(long images) {
      total = images;
    }

    @Override
    public void done(long images) {
      done = images;
    }

    @Override
    public void skipped(String line) {
      skipped.add(line);
    }
  }

  private ImportReport run(Path from, int size, boolean strict, String only, @Nullable Split split)
      throws IOException {
    return Importer.run(new ImportRequest(from, size, output, strict, only, split), listener);
  }

  private ImportReport run(Path from, int size) throws IOException {
    return run(from, size, false, "", null);
  }

  private int[] pixels(Shape expected) throws IOException {
    try (NpyReader array = NpyReader.open(output)) {
      assertEquals(expected, array.header().shape());
      assertEquals(NpyType.U1, array.header().type());
      return Arrays.stream(array.doubles()).mapToInt(value -> (int) value).toArray();
    }
  }

  private static byte[] png(int width, int height, int grey) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(new Color(grey, grey, grey));
    graphics.fillRect(0, 0, width, height);
    graphics.dispose();
    return PictureTest.encoded(image, "png");
  }

  private static void save(Path file, NpyType type, Shape shape, byte[] values) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(NpyHeader.of(type, shape).toBytes());
      out.write(values);
    }
  }

  private static byte[] rising(int count) {
    byte[] values = new byte[count];
    for (int i = 0; i < count; i++) {
      values[i] = (byte) i;
    }
    return values;
  }

  // ---- Pictures.

  @Test
  void folderIsConvertedInTheOrderOfItsPaths() throws IOException {
    Files.createDirectories(source.resolve("b/c"));
    Files.write(source.resolve("b/c/1.PNG"), png(9, 5, 30));
    Files.write(source.resolve("b/0.png"), png(4, 4, 20));
    Files.write(
        source.resolve("a.jpeg"),
        PictureTest.encoded(new BufferedImage(40, 30, BufferedImage.TYPE_BYTE_GRAY), "jpg"));
    Files.writeString(source.resolve("readme.txt"), "not an image");
    ImportReport report = run(source, 2);
    assertEquals(new ImportReport(3, 3, List.of()), report);
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
    assertRefused(() -> run(zip(), 1, false, "valid/", null), "--only valid/");
    assertRefused(() -> run(zip(), 1, false, "", Split.TEST), "--split");
  }

  @Test
  void corruptImageIsNamedAndSkipped() throws IOException {
    Files.write(source.resolve("0.png"), png(8, 8, 1));
    Files.write(source.resolve("1.jpg"), new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff, 0});
    Files.write(source.resolve("2.png"), png(8, 8, 2));
    assertEquals(new ImportReport(2, 3, List.of("1.jpg")), run(source, 1));
    assertTrue(listener.skipped.get(0).startsWith("1.jpg: corrupt image ("));
    assertEquals(3, listener.done);
    assertArrayEquals(new int[] {1, 1, 1, 2, 2, 2}, pixels(Shape.of(2, 1, 1, 3)));
  }

  @Test
  void corruptImageIsFatalWhenStrict() throws IOException {
    Files.write(source.resolve("0.png"), png(8, 8, 1));
    Files.write(source.resolve("1.jpg"), new byte[] {1, 2, 3});
    assertRefused(() -> run(source, 1, true, "", null), "1.jpg: corrupt image");
    assertFalse(Files.exists(output));
    Files.delete(source.resolve("0.png"));
    assertRefused(() -> run(source, 1), "all 1 images are corrupt");
    assertFalse(Files.exists(output));
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
    assertEquals(List.of("0.jpg"), run(file, 8).skipped());
    assertTrue(listener.skipped.get(0).contains("checksum"), listener.skipped.get(0));
  }

  // ---- CIFAR-10.

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
    assertEquals(4, run(archive, 32).written());
    int[] pixels = pixels(Shape.of(4, 32, 32, 3));
    for (int image = 0; image < 4; image++) {
      int first = new int[] {50, 60, 100, 110}[image];
      for (int i = 0; i < 3072; i++) {
        assertEquals(first + i % 3, pixels[3072 * image + i]);
      }
    }
    assertEquals(2, run(archive, 1, false, "", Split.TEST).written());
    assertArrayEquals(new int[] {200, 201, 202, 210, 211, 212}, pixels(Shape.of(2, 1, 1, 3)));
    assertEquals(6, run(archive, 1, false, "", Split.ALL).written());
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
    assertEquals(List.of("data_batch_1.bin image 1"), run(source, 32).skipped());
    Files.write(source.resolve("data_batch_1.bin"), new byte[3000]);
    assertRefused(() -> run(source, 32), "data_batch_1.bin has 3000 bytes");
  }

  // ---- Arrays.

  @Test
  void downsampledImageNetIsConcatenatedInTheOrderOfItsNumbers() throws IOException {
    for (int batch : new int[] {10, 2, 1}) {
      Path file = source.resolve("train_data_batch_" + batch + ".npz");
      try (NpzWriter npz = new NpzWriter(Files.newOutputStream(file))) {
        npz.write("mean", new double[12], Shape.of(12));
        try (OutputStream out = npz.begin("data", NpyType.U1, Shape.of(2, 12))) {
          for (int image = 0; image < 2; image++) {
            for (int i = 0; i < 12; i++) {
              out.write(20 * batch + 12 * image + i);
            }
          }
        }
        npz.write("labels", new double[2], Shape.of(2));
      }
    }
    assertEquals(6, run(source, 2).written());
    int[] pixels = pixels(Shape.of(6, 2, 2, 3));
    for (int image = 0; image < 6; image++) {
      int first = 20 * new int[] {1, 2, 10}[image / 2] + 12 * (image % 2);
      for (int i = 0; i < 12; i++) {
        int planar = i % 3 * 4 + i / 3;
        assertEquals(first + planar, pixels[12 * image + i]);
      }
    }
  }

  @Test
  void channelsFirstAndLastAreToldApart() throws IOException {
    Path file = source.resolve("a.npy");
    save(file, NpyType.U1, Shape.of(2, 2, 2, 3), rising(24));
    run(file, 2);
    int[] expected = new int[24];
    Arrays.setAll(expected, i -> i);
    assertArrayEquals(expected, pixels(Shape.of(2, 2, 2, 3)));
    save(file, NpyType.U1, Shape.of(1, 3, 2, 2), rising(12));
    run(file, 2);
    assertArrayEquals(
        new int[] {0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}, pixels(Shape.of(1, 2, 2, 3)));
    save(file, NpyType.I4, Shape.of(1, 2, 2), ints(5, 6, 7, 255));
    assertEquals(1, run(file, 2).channels());
    assertArrayEquals(new int[] {5, 6, 7, 255}, pixels(Shape.of(1, 2, 2, 1)));
  }

  private static byte[] ints(int... values) {
    var bytes = ByteBuffer.allocate(4 * values.length);
    bytes.order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().put(values);
    return bytes.array();
  }

  private static byte[] floats(float... values) {
    var bytes = ByteBuffer.allocate(4 * values.length);
    bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    return bytes.array();
  }

  @Test
  void floatsAreScaledByTheirRange() throws IOException {
    Path file = source.resolve("a.npy");
    Shape shape = Shape.of(1, 2, 2, 1);
    save(file, NpyType.F4, shape, floats(0, 0.2f, 0.4f, 1));
    run(file, 2);
    assertArrayEquals(new int[] {0, 51, 102, 255}, pixels(shape));
    save(file, NpyType.F4, shape, floats(-1, -0.6f, 0.2f, 1));
    run(file, 2);
    assertArrayEquals(new int[] {0, 51, 153, 255}, pixels(shape));
    save(file, NpyType.F4, shape, floats(0, 51.4f, 102, 255));
    run(file, 2);
    assertArrayEquals(new int[] {0, 51, 102, 255}, pixels(shape));
  }

  @Test
  void ambiguousArraysAreRefusedByName() throws IOException {
    Path file = source.resolve("a.npy");
    Shape shape = Shape.of(1, 2, 2, 1);
    for (float[] values :
        new float[][] {{0, 1.5f, 0, 0}, {-2, 0, 0, 0}, {0, 0, 256, 0}, {-1, 0, 200, 0}}) {
      save(file, NpyType.F4, shape, floats(values));
      assertRefused(() -> run(file, 2), file + ": floats from");
    }
    save(file, NpyType.F4, shape, floats(0, Float.NaN, 0, 0));
    assertRefused(() -> run(file, 2), "NaN");
    save(file, NpyType.I4, shape, ints(0, 1, 2, 256));
    assertRefused(() -> run(file, 2), "256.0");
    save(file, NpyType.U1, Shape.of(1, 3, 2, 3), rising(18));
    assertRefused(() -> run(file, 2), "first or last");
    save(file, NpyType.U1, Shape.of(2, 2, 3), rising(12));
    assertRefused(() -> run(file, 2), "4 dimensions");
    save(file, NpyType.U1, Shape.of(2, 7), rising(14));
    assertRefused(() -> run(file, 2), "not one of images");
    assertFalse(Files.exists(output));
  }

  @Test
  void onlyNamesTheArrayOfAnNpz() throws IOException {
    Path file = source.resolve("mnist.npz");
    try (NpzWriter npz = new NpzWriter(Files.newOutputStream(file))) {
      for (String name : List.of("x_train", "x_test")) {
        try (OutputStream out = npz.begin(name, NpyType.U1, Shape.of(1, 2, 2))) {
          out.write(rising(4));
        }
      }
      npz.write("y_train", new double[1], Shape.of(1));
    }
    assertRefused(() -> run(file, 2), "x_train, x_test", "--only");
    assertEquals(1, run(file, 2, false, "x_te", null).written());
    assertArrayEquals(new int[] {0, 1, 2, 3}, pixels(Shape.of(1, 2, 2, 1)));
  }

  @Test
  void whatIsNoImageSourceIsRefused() throws IOException {
    assertRefused(() -> run(folder.resolve("absent"), 2), "absent: no such file");
    assertRefused(() -> run(source, 2), "no images found");
    Path text = Files.writeString(source.resolve("text.txt"), "hello");
    assertRefused(() -> run(text, 2), "not a known image source");
    assertRefused(() -> run(text, 0), "--size 0");
    Path file = Files.write(source.resolve("a.png"), png(2, 2, 1));
    save(source.resolve("b.npy"), NpyType.U1, Shape.of(1, 2, 2, 3), rising(12));
    assertRefused(() -> run(source, 2), "both pictures (a.png) and arrays (b.npy)");
    assertEquals(1, run(source, 2, false, "a", null).written());
    assertRefused(() -> run(file, 2), "not a known image source");
  }
}
