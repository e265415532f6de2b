package org.couplet;

import static org.couplet.Refusal.assertArgumentRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.couplet.io.AtomicFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API's samples are those of {@code couplet sample}. */
@Tag("long")
class GeneratorTest {
  private static final int SIDE = 8;
  private static final int IMAGE = SIDE * SIDE * 3;

  // The names that README.md has.
  @TempDir private static Path folder = Path.of("");
  private static Path export = folder;
  private static Generator generator = none();

  // Set before any test.
  @SuppressWarnings("NullAway")
  private static Generator none() {
    return null;
  }

  @BeforeAll
  static void exportModel() throws IOException {
    export = folder.resolve("savedmodels/quickstart");
    export(SmallExperiments.FLAT_UNET, export);
    generator = Generator.load(export);
  }

  @AfterAll
  static void close() {
    generator.close();
  }

  private static void export(String text, Path to) throws IOException {
    Path run = Files.createTempDirectory(folder, "run");
    CommandRun.done(
        "train", "--config", SmallExperiments.write(folder, text), "--run", run, "--steps", 2);
    CommandRun.done("export", "--run", run, "--output", to);
  }

  private static byte[] byCommand(Path model, Object... more) throws IOException {
    Path samples = Files.createTempDirectory(folder, "samples").resolve("samples.npz");
    List<Object> arguments =
        new ArrayList<>(List.of("sample", "--model", model, "--output", samples));
    arguments.addAll(List.of(more));
    CommandRun.done(arguments.toArray());
    double[] values = Npz.get(Npz.read(samples), "arr_0").doubles();
    byte[] pixels = new byte[values.length];
    IntStream.range(0, values.length).forEach(i -> pixels[i] = (byte) values[i]);
    return pixels;
  }

  private static byte[] pixels(BufferedImage image) {
    byte[] pixels = new byte[IMAGE];
    for (int i = 0; i < IMAGE; i++) {
      pixels[i] = (byte) (image.getRGB(i / 3 % SIDE, i / 3 / SIDE) >> (8 * (2 - i % 3)));
    }
    return pixels;
  }

  @Test
  void pixelsAreThoseOfTheCommand() throws IOException {
    // More than are drawn at once.
    assertArrayEquals(
        byCommand(export, "--count", 103, "--seed", -4), generator.samplePixels(103, -4));
    assertArrayEquals(
        byCommand(export, "--count", 5, "--steps", 3),
        generator.samplePixels(5, 0, generator.levels(3)));
  }

  @Test
  void imagesShowThePixels() {
    assertEquals(
        List.of(SIDE, SIDE, 3),
        List.of(generator.height(), generator.width(), generator.channels()));
    byte[] all = generator.samplePixels(101, 7, 80, 2);
    List<BufferedImage> images = generator.sample(101, 7, 80, 2);
    assertEquals(101, images.size());
    for (int i : new int[] {0, 99, 100}) {
      assertArrayEquals(Arrays.copyOfRange(all, i * IMAGE, (i + 1) * IMAGE), pixels(images.get(i)));
    }
  }

  @Test
  void threadsShareAGenerator() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<byte[]>> drawn = new ArrayList<>();
      for (int seed = 0; seed < 8; seed++) {
        int own = seed;
        drawn.add(threads.submit(() -> generator.samplePixels(3, own)));
      }
      for (int seed = 0; seed < 8; seed++) {
        assertArrayEquals(generator.samplePixels(3, seed), drawn.get(seed).get());
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void closingEndsCallsUnderWay() throws Exception {
    Generator other = Generator.load(export);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      other.samplePixels(1, 0);
      Future<?> endless = threads.submit(() -> other.samplePixels(1_000_000, 0));
      assertThrows(Exception.class, () -> endless.get(50, TimeUnit.MILLISECONDS));
      other.close();
      other.close();
      assertTrue(
          assertThrows(ExecutionException.class, endless::get).getCause()
              instanceof IllegalStateException);
      assertThrows(IllegalStateException.class, () -> other.sample(1, 0));
      assertThrows(IllegalStateException.class, () -> other.levels(2));
      assertThrows(IllegalStateException.class, other::selfTest);
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void closingEndsEditsUnderWay() throws Exception {
    Generator other = Generator.load(export);
    ExecutorService threads = Executors.newFixedThreadPool(1);
    try {
      float[] grey = new float[20_000 * IMAGE];
      Future<?> endless = threads.submit(() -> other.edit(ImageEdit.stroke(), grey, 0, 80, 40, 20));
      assertThrows(Exception.class, () -> endless.get(50, TimeUnit.MILLISECONDS));
      other.close();
      assertTrue(
          assertThrows(ExecutionException.class, endless::get).getCause()
              instanceof IllegalStateException);
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void theSelfTestOfAModelThatIsGoneIsNotPassed() throws IOException {
    Path gone = folder.resolve("gone");
    FolderContents.copy(export, gone);
    try (Generator other = Generator.load(gone)) {
      AtomicFile.delete(gone);
      IOException missing = assertThrows(IOException.class, other::selfTest);
      assertTrue(
          String.valueOf(missing.getMessage()).contains(gone + ": no such file"),
          missing.toString());
    }
  }

  @Test
  void theNewestVersionIsTaken() throws IOException {
    Path versions = folder.resolve("versions");
    export(SmallExperiments.score(SmallExperiments.FLAT_UNET), versions.resolve("9"));
    Files.createSymbolicLink(versions.resolve("10"), export);
    byte[] nine = byCommand(versions.resolve("9"), "--count", 2, "--steps", 3);
    try (Generator newest = Generator.load(versions);
        Generator score = Generator.load(versions.resolve("9"))) {
      assertArrayEquals(generator.samplePixels(2, 0), newest.samplePixels(2, 0));
      assertArrayEquals(generator.samplePixels(2, 0), byCommand(versions, "--count", 2));
      assertArrayEquals(nine, score.samplePixels(2, 0, score.levels(3)));
    }
  }

  @Test
  void whatCanNotBeDrawnIsRefused() throws IOException {
    assertArgumentRefused(() -> generator.sample(0, 1), "count", "at least 1");
    assertArgumentRefused(() -> generator.sample(1, 1, 5), "sigmas", "80");
    assertArgumentRefused(() -> generator.sample(1, 1, 80, 80.1), "does not fall");
    assertArgumentRefused(() -> generator.levels(0), "steps", "1 to 100");
    assertArgumentRefused(() -> generator.samplePixels(Integer.MAX_VALUE, 1), "count", "at most");
    assertArgumentRefused(() -> Generator.load(folder), folder.toString(), "couplet export");
    Path points = folder.resolve("points");
    export(SmallExperiments.GAUSSIANS, points);
    assertArgumentRefused(() -> Generator.load(points), "points, not images");
  }

  /** In a process that has no libraries but TensorFlow's. */
  @Test
  void theDocumentsProgramDrawsWithTensorFlowAlone() throws Exception {
    run("Draw", couplet() + File.pathSeparator + tensorFlow());
    byte[] expected = byCommand(export, "--count", 16, "--seed", 1, "--steps", 2);
    for (int i = 0; i < 16; i++) {
      assertArrayEquals(
          Arrays.copyOfRange(expected, i * IMAGE, (i + 1) * IMAGE),
          pixels(ImageIO.read(folder.resolve("sample-" + i + ".png").toFile())));
    }
  }

  /** A remembered verdict stands in for a fault of the processor. */
  @Test
  void theSelfTestNamesTheRemedyOfWrongKernels() throws Exception {
    String classPath = couplet() + File.pathSeparator + tensorFlow();
    // With which all known processors are right; one remedy is left.
    Map<String, String> environment =
        Map.of(
            "XDG_CACHE_HOME", folder.resolve("cache").toString(),
            "ONEDNN_MAX_CPU_ISA", "AVX2",
            "TF_ENABLE_ONEDNN_OPTS", "1");
    assertTrue(run("Check", classPath, environment).contains("right on this machine"));
    for (Path verdicts : list(folder.resolve("cache/couplet"))) {
      Files.writeString(
          verdicts,
          Files.readString(verdicts)
              .replaceAll("(?m)^program.*\n", "")
              .replaceAll("(?m)^right (MatMul .*)$", "wrong $1: 0.6"));
    }
    String refused = run("Check", classPath, environment);
    assertTrue(refused.contains("MatMul"), refused);
    assertTrue(refused.contains("start Java with TF_ENABLE_ONEDNN_OPTS=0"), refused);
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void theDocumentsOtherProgramNeedsNoCouplet() throws Exception {
    byte[] expected = byCommand(export, "--count", 16, "--seed", 1, "--sigmas", "80,0.821");
    assertTrue(
        run("Plain", tensorFlow()).contains("[16, 8, 8, 3] begins with " + (expected[0] & 0xff)));
  }

  private static String couplet() throws URISyntaxException {
    return Path.of(Generator.class.getProtectionDomain().getCodeSource().getLocation().toURI())
        .toString();
  }

  private static String tensorFlow() {
    String pattern = ".*(tensorflow-core|javacpp|ndarray|protobuf-java)-.*\\.jar";
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> entry.matches(pattern))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String run(String name, String classPath) throws Exception {
    return run(name, classPath, Map.of());
  }

  // As Java runs a program of one file.
  private static String run(String name, String classPath, Map<String, String> environment)
      throws Exception {
    Path file = folder.resolve(name + ".java");
    Files.writeString(file, JavaDocumentTest.programs().get(name));
    Path output = folder.resolve(name + ".log");
    ProcessBuilder java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                file.toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    java.environment().putAll(environment);
    Process process = java.start();
    assertTrue(process.waitFor(5, TimeUnit.MINUTES));
    String printed = Files.readString(output);
    assertEquals(0, process.exitValue(), printed);
    return printed;
  }
}
