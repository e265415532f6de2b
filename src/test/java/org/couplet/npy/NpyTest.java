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
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
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
            new Case("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "|O"))) {
      assertRefused(() -> header(refusal.header), "a.npy: ", refusal.expected);
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
