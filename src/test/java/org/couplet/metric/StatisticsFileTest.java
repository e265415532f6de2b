package org.couplet.metric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.couplet.Npz;
import org.couplet.io.InvalidInputException;
import org.couplet.metric.StatisticsFile.Stored;
import org.couplet.npy.NpyType;
import org.couplet.npy.NpzWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

class StatisticsFileTest {
  private static final String FINGERPRINT = "00ff7f80".repeat(8);
  private static final double[] MEAN = {1.5, -2};
  private static final double[] COVARIANCE = {4, 1e-3, 1e-3, 1 / 3.0};

  private final Path file;

  StatisticsFileTest(@TempDir Path folder) {
    file = folder.resolve("statistics.npz");
  }

  // Arrays by name, each with its shape; a test changes what it wants to be wrong.
  @SuppressWarnings("ArrayRecordComponent") // made once and only read
  private record Doubles(Shape shape, double... values) {}

  private final Map<String, Doubles> arrays =
      new LinkedHashMap<>(
          Map.of(
              "mu", new Doubles(Shape.of(2), MEAN),
              "sigma", new Doubles(Shape.of(2, 2), COVARIANCE)));

  private void save() throws IOException {
    try (NpzWriter npz = new NpzWriter(Files.newOutputStream(file))) {
      for (Map.Entry<String, Doubles> array : arrays.entrySet()) {
        double[] values = array.getValue().values();
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asDoubleBuffer().put(values);
        try (OutputStream out = npz.begin(array.getKey(), NpyType.F8, array.getValue().shape())) {
          out.write(bytes.array());
        }
      }
    }
  }

  private void assertRefused(String... expected) throws IOException {
    save();
    assertReadRefused(expected);
  }

  private void assertReadRefused(String... expected) {
    InvalidInputException refusal =
        assertThrows(InvalidInputException.class, () -> StatisticsFile.read(file));
    String message = String.valueOf(refusal.getMessage());
    assertEquals(1, message.lines().count(), message);
    assertTrue(message.startsWith(file.toString()), message);
    for (String part : expected) {
      assertTrue(message.contains(part), message);
    }
  }

  private Stored readResource(String name) throws IOException {
    try (InputStream in = StatisticsFileTest.class.getResourceAsStream("/reference/" + name)) {
      Files.copy(Objects.requireNonNull(in), file);
    }
    return StatisticsFile.read(file);
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    GaussianFit fit = new GaussianFit(50_000, MEAN, COVARIANCE);
    StatisticsFile.write(file, fit, FINGERPRINT.toUpperCase(Locale.ROOT));
    Stored stored = StatisticsFile.read(file);
    assertEquals(50_000, stored.fit().count());
    assertArrayEquals(MEAN, stored.fit().mean());
    assertArrayEquals(COVARIANCE, stored.fit().covariance());
    assertEquals(Optional.of(FINGERPRINT), stored.extractor());
  }

  @Test
  void arraysHaveTheShapesThatOtherToolsExpect() throws IOException {
    StatisticsFile.write(file, new GaussianFit(7, MEAN, COVARIANCE), FINGERPRINT);
    Map<String, Npz.Array> written = Npz.read(file);
    assertArrayEquals(new int[] {2}, Npz.get(written, "mu").shape());
    assertEquals("<f8", Npz.get(written, "mu").dtype());
    assertArrayEquals(new int[] {2, 2}, Npz.get(written, "sigma").shape());
    assertEquals("<f8", Npz.get(written, "sigma").dtype());
    assertArrayEquals(new int[0], Npz.get(written, "count").shape());
    assertArrayEquals(new long[] {7}, Npz.get(written, "count").longs());
    assertArrayEquals(new int[] {32}, Npz.get(written, "extractor_sha256").shape());
    assertEquals("|u1", Npz.get(written, "extractor_sha256").dtype());
  }

  @Test
  void filesOfOtherToolsAreReadWithoutCountAndExtractor() throws IOException {
    // By NumPy 2.4: savez(mu=..., sigma=...) of an A A', and savez_compressed of it in float32.
    double[] sigma = {1.26, 1.03, 0.27, 1.03, 4.09, 0.21, 0.27, 0.21, 0.53};
    for (String name : new String[] {"statistics.npz", "statistics_float32.npz"}) {
      Stored stored = readResource(name);
      assertEquals(0, stored.fit().count());
      assertEquals(Optional.empty(), stored.extractor());
      double tolerance = name.contains("float32") ? 1e-6 : 1e-14;
      assertArrayEquals(new double[] {1.5, -2, 0.25}, stored.fit().mean());
      assertArrayEquals(sigma, stored.fit().covariance(), tolerance);
      Files.delete(file);
    }
  }

  @Test
  void anUnknownCountIsLeftOut() throws IOException {
    StatisticsFile.write(file, new GaussianFit(0, MEAN, COVARIANCE), FINGERPRINT);
    assertFalse(Npz.read(file).containsKey("count"));
    assertEquals(0, StatisticsFile.read(file).fit().count());
  }

  @Test
  void whatIsNoFingerprintIsNotWritten() {
    GaussianFit fit = new GaussianFit(7, MEAN, COVARIANCE);
    for (String wrong : new String[] {"", "00ff", "no hexadecimal digits"}) {
      assertThrows(
          IllegalArgumentException.class, () -> StatisticsFile.write(file, fit, wrong), wrong);
    }
    assertFalse(Files.exists(file));
  }

  @Test
  void otherFilesAreRefused() throws IOException {
    Files.writeString(file, "not a zip");
    assertReadRefused("damaged or cut off");
  }

  @Test
  void namesOfOtherToolsAreKnown() throws IOException {
    for (String[] names : new String[][] {{"m", "s"}, {"mean", "cov"}, {"mu", "sigma"}}) {
      arrays.clear();
      arrays.put(names[0], new Doubles(Shape.of(1, 2), MEAN));
      arrays.put(names[1], new Doubles(Shape.of(2, 2), COVARIANCE));
      save();
      assertTrue(StatisticsFile.isLike(List.of(names)));
      Stored stored = StatisticsFile.read(file);
      assertArrayEquals(MEAN, stored.fit().mean());
      assertArrayEquals(COVARIANCE, stored.fit().covariance());
    }
    assertFalse(StatisticsFile.isLike(List.of("mean", "data")));
  }

  @Test
  void missingArraysAreNamedBesideThoseThatAreThere() throws IOException {
    arrays.remove("sigma");
    arrays.put("arr_0", new Doubles(Shape.of(1), 1));
    assertRefused("needs arrays mu and sigma", "has ", "arr_0", "mu");
    arrays.clear();
    assertRefused("has none");
  }

  @Test
  void wrongShapesAreRefused() throws IOException {
    arrays.put("mu", new Doubles(Shape.of(2, 1), MEAN));
    assertRefused("[mu]", "[2, 1]");
    arrays.put("mu", new Doubles(Shape.of(3), 1, 2, 3));
    assertRefused("[sigma]", "[2, 2]", "[3, 3]");
    arrays.put("mu", new Doubles(Shape.of(0)));
    assertRefused("[mu]", "[0]");
  }

  @Test
  void valuesThatAreNotFiniteAreRefused() throws IOException {
    arrays.put("mu", new Doubles(Shape.of(2), 1, Double.POSITIVE_INFINITY));
    assertRefused("[mu]", "finite");
    arrays.put("mu", new Doubles(Shape.of(2), MEAN));
    arrays.put("sigma", new Doubles(Shape.of(2, 2), 1, 0, 0, Double.NaN));
    assertRefused("[sigma]", "finite");
  }

  @Test
  void covariancesAreSymmetricBeyondRounding() throws IOException {
    arrays.put("sigma", new Doubles(Shape.of(2, 2), 4, 1, 1.001, 4));
    assertRefused("[sigma]", "not symmetric at [1, 0]");
    arrays.put("sigma", new Doubles(Shape.of(2, 2), 4, 1, 1 + 1e-7, 4));
    save();
    assertEquals(2, StatisticsFile.read(file).fit().dimension());
  }

  @Test
  void countAndExtractorOfAnotherKindAreRefused() throws IOException {
    arrays.put("count", new Doubles(Shape.scalar(), 5));
    assertRefused("[count]", "whole number");
    arrays.remove("count");
    arrays.put("extractor_sha256", new Doubles(Shape.of(32), new double[32]));
    assertRefused("[extractor_sha256]", "32 bytes");
  }

  @Test
  void damagedFilesAreRefused() throws IOException {
    readResource("statistics_float32.npz");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
    assertReadRefused("damaged or cut off");
    // Within the first array's compressed values.
    Arrays.fill(bytes, 70, 100, (byte) 0xff);
    Files.write(file, bytes);
    assertReadRefused("damaged");
  }
}
