package org.couplet.npy;

import static org.couplet.Refusal.assertRefused;
import static org.couplet.image.ImportTrial.all;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

class NpyTest {
  private final Path folder;

  NpyTest(@TempDir Path folder) {
    this.folder = folder;
  }

  // What numpy 1.24 writes for np.save(f, np.array([[1, 2, 3]], "<f4")), by format version.
  private static byte[] numpyFile(int version) throws IOException {
    String text = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }";
    int before = version == 1 ? 10 : 12;
    String padded = text + " ".repeat(128 - before - text.length() - 1) + "\n";
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
    file.write(padded.length());
    file.write(new byte[version == 1 ? 1 : 3]);
    file.write(padded.getBytes(StandardCharsets.US_ASCII));
    file.write(new byte[] {0, 0, (byte) 0x80, 0x3f, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40});
    return file.toByteArray();
  }

  private static NpyHeader header(String text) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    file.write(new byte[] {(byte) text.length(), 0});
    file.write(text.getBytes(StandardCharsets.US_ASCII));
    return NpyHeader.read(new ByteArrayInputStream(file.toByteArray()), "a.npy");
  }

  @Test
  void versionsOneToThreeAreRead() throws IOException {
    for (int version = 1; version <= 3; version++) {
      try (NpyReader array = new NpyReader(new ByteArrayInputStream(numpyFile(version)), "array")) {
        assertEquals(new NpyHeader(NpyType.F4, Shape.of(1, 3), 128), array.header());
        assertArrayEquals(new double[] {1, 2, 3}, all(array));
      }
    }
  }

  @Test
  void writtenHeaderIsWhatNumpyWrites() throws IOException {
    byte[] written = NpyHeader.of(NpyType.F4, Shape.of(1, 3)).toBytes();
    byte[] expected = numpyFile(1);
    assertArrayEquals(Arrays.copyOf(expected, 128), written);
  }

  @Test
  void scalarsAndVectorsKeepTheirShapes() throws IOException {
    for (Shape shape : List.of(Shape.scalar(), Shape.of(7), Shape.of(1, 2, 3, 4))) {
      byte[] bytes = NpyHeader.of(NpyType.I8, shape).toBytes();
      assertEquals(
          shape, NpyHeader.read(new ByteArrayInputStream(bytes), "array").shape(), "" + shape);
    }
  }

  @Test
  void whatCannotBeReadIsRefusedByName() {
    record Case(String header, String expected) {}
    for (Case refusal :
        List.of(
            new Case("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", ">f4"),
            new Case("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }", "Fortran"),
            new Case("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "plain"),
            new Case("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "pickled"))) {
      assertRefused(() -> header(refusal.header), "a.npy: ", refusal.expected);
    }
  }

  @Test
  void shapesThatNoArrayHasAreRefused() {
    for (String shape :
        List.of(
            "99999999999999999999, 3", "1 2, 3", "-1, 3", "1,, 2", "4294967296, 4294967296", "x")) {
      assertRefused(
          () ->
              header("{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }".formatted(shape)),
          "a.npy: damaged .npy header",
          shape);
    }
  }

  @Test
  void shapesArePythonsTuples() throws IOException {
    String text = "{'descr': '|u1', 'fortran_order': False, 'shape': (%s), }";
    assertEquals(Shape.of(3), header(text.formatted("3L,")).shape());
    assertEquals(Shape.of(3, 0), header(text.formatted(" 3 , 0 ")).shape());
    assertEquals(Shape.scalar(), header(text.formatted("")).shape());
  }

  @Test
  void everyTypeIsReadAsItsNumbers() throws IOException {
    record Case(NpyType type, String hexadecimal, double expected) {}
    // What NumPy writes for them.
    for (Case each :
        List.of(
            new Case(NpyType.B1, "02", 1),
            new Case(NpyType.I1, "ff", -1),
            new Case(NpyType.U1, "ff", 255),
            new Case(NpyType.U2, "ffff", 65535),
            new Case(NpyType.U4, "ffffffff", 4294967295.0),
            new Case(NpyType.U8, "ffffffffffffffff", 0x1p64),
            new Case(NpyType.I8, "feffffffffffffff", -2),
            new Case(NpyType.F2, "003c", 1),
            new Case(NpyType.F2, "66b2", -0.199951171875),
            new Case(NpyType.F2, "ff7b", 65504),
            new Case(NpyType.F2, "0100", 0x1p-24),
            new Case(NpyType.F2, "007c", Double.POSITIVE_INFINITY),
            new Case(NpyType.F2, "007e", Double.NaN))) {
      ByteArrayOutputStream file = new ByteArrayOutputStream();
      file.write(NpyHeader.of(each.type, Shape.of(1)).toBytes());
      file.write(HexFormat.of().parseHex(each.hexadecimal));
      try (NpyReader array = new NpyReader(new ByteArrayInputStream(file.toByteArray()), "a")) {
        assertEquals(each.expected, array.nextDoubles(1)[0], each.toString());
      }
    }
  }

  @Test
  void arrayThatGoesOnAfterItsLastValueIsRefused() throws IOException {
    byte[] whole = numpyFile(1);
    byte[] more = Arrays.copyOf(whole, whole.length + 1);
    try (NpyReader array = new NpyReader(new ByteArrayInputStream(more), "more.npy")) {
      assertRefused(() -> all(array), "more.npy: goes on after the last value");
    }
  }

  private static byte[] deflatedNpz() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("a.npy"));
      zip.write(NpyHeader.of(NpyType.U1, Shape.of(1000)).toBytes());
      zip.write(new byte[1000]);
      zip.closeEntry();
    }
    return bytes.toByteArray();
  }

  private void readNpz(byte[] bytes) throws IOException {
    Path file = Files.write(folder.resolve("a.npz"), bytes);
    try (NpzFile npz = NpzFile.open(file);
        NpyReader array = npz.array("a")) {
      all(array);
    }
  }

  @Test
  void npzIsCheckedToItsEndWhateverLengthItDeclares() throws IOException {
    byte[] whole = deflatedNpz();
    readNpz(whole);
    int directory = new String(whole, StandardCharsets.ISO_8859_1).indexOf("PK\1\2");
    // The checksum at 16 and the uncompressed size at 24 of the directory's entry.
    for (int at : new int[] {16, 24}) {
      for (int change : new int[] {-1, 1}) {
        byte[] changed = whole.clone();
        changed[directory + at] += (byte) change;
        assertRefused(() -> readNpz(changed), "a.npz[a]: damaged or cut off", "save it again");
      }
    }
  }

  @Test
  void everyCutOfAnNpzIsRefusedByName() throws IOException {
    byte[] whole = deflatedNpz();
    for (int length = 0; length < whole.length; length += 7) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertRefused(() -> readNpz(cut), "a.npz", "damaged or cut off");
    }
  }

  @Test
  void valuesCanBePassedOver() throws IOException {
    Path npz = folder.resolve("a.npz");
    try (NpzWriter out = new NpzWriter(Files.newOutputStream(npz));
        OutputStream values = out.begin("a", NpyType.U1, Shape.of(200_000))) {
      values.write(new byte[199_999]);
      values.write(7);
    }
    // To the end, where the checksum is compared.
    try (NpzFile file = NpzFile.open(npz);
        NpyReader array = file.array("a")) {
      array.skip(0);
      array.skip(199_999);
      assertArrayEquals(new double[] {7}, array.nextDoubles(1));
    }
    Path npy = Files.write(folder.resolve("a.npy"), numpyFile(1));
    try (NpyReader array = NpyReader.open(npy)) {
      array.skip(2);
      assertArrayEquals(new double[] {3}, array.nextDoubles(1));
    }
    Files.write(npy, Arrays.copyOf(numpyFile(1), 135));
    try (NpyReader array = NpyReader.open(npy)) {
      assertRefused(() -> array.skip(2), "ends before its last value");
    }
  }

  @Test
  void cutOffArrayIsRefused() throws IOException {
    byte[] whole = numpyFile(1);
    byte[] cut = Arrays.copyOf(whole, whole.length - 1);
    try (NpyReader array = new NpyReader(new ByteArrayInputStream(cut), "cut.npy")) {
      assertRefused(() -> all(array), "cut.npy: ");
    }
  }

  @Test
  void npzRoundTrips() throws IOException {
    Path file = folder.resolve("a.npz");
    double[] mean = new double[20_000];
    Arrays.setAll(mean, i -> 1.0 / (i + 1));
    try (NpzWriter npz = new NpzWriter(Files.newOutputStream(file))) {
      try (OutputStream out = npz.begin("arr_0", NpyType.U1, Shape.of(2, 1, 1, 3))) {
        out.write(new byte[] {0, 1, 2});
        out.write(new byte[] {(byte) 253, (byte) 254, (byte) 255});
      }
      ByteBuffer bytes = ByteBuffer.allocate(8 * mean.length).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asDoubleBuffer().put(mean);
      try (OutputStream out = npz.begin("mean", NpyType.F8, Shape.of(100, 200))) {
        out.write(bytes.array());
      }
    }
    try (NpzFile npz = NpzFile.open(file);
        NpyReader images = npz.array("arr_0");
        NpyReader means = npz.array("mean")) {
      assertEquals(List.of("arr_0", "mean"), npz.names());
      assertEquals(Shape.of(2, 1, 1, 3), images.header().shape());
      assertArrayEquals(new double[] {0, 1, 2, 253, 254, 255}, all(images));
      assertEquals(Shape.of(100, 200), means.header().shape());
      assertArrayEquals(mean, all(means));
      assertRefused(() -> npz.array("sigma"), "sigma", "arr_0, mean");
    }
  }

  @Test
  void npzDoesNotTellWhenItWasWritten() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (NpzWriter npz = new NpzWriter(bytes);
        OutputStream values = npz.begin("one", NpyType.U1, Shape.of(1))) {
      values.write(1);
    }
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      ZipEntry entry = zip.getNextEntry();
      assertEquals(LocalDateTime.of(1980, 1, 2, 0, 0), entry.getTimeLocal());
      assertNull(entry.getExtra());
    }
  }

  @Test
  void npzArrayOfTheWrongLengthIsRefused() throws IOException {
    try (NpzWriter npz = new NpzWriter(OutputStream.nullOutputStream())) {
      OutputStream few = npz.begin("few", NpyType.U1, Shape.of(2));
      few.write(1);
      assertThrows(IOException.class, few::close);
      few.write(1);
      few.close();
      OutputStream many = npz.begin("many", NpyType.U1, Shape.of(2));
      assertThrows(IOException.class, () -> many.write(new byte[3]));
    }
  }
}
