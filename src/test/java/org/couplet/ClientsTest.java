package org.couplet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.TensorFlow;

/**
 * The programs in {@code examples/}, each in a process of its own: an export's samples in them have
 * the pixels of {@code couplet sample}.
 */
@Tag("long")
class ClientsTest {
  private static final int COUNT = 3;
  private static final int SIDE = 8;
  private static final Path EXAMPLES = Path.of("examples");
  private static final Path HEADERS = Path.of("src/test/resources/clients");
  // Jars of Deep Java Library with TensorFlow's native library; see docs/serving.md.
  private static final String DJL = "COUPLET_TEST_DJL";
  // An interpreter that has TensorFlow.
  private static final String PYTHON = "COUPLET_TEST_PYTHON";

  @TempDir private static Path folder = Path.of("");
  private static Path export = folder;
  private static int[] expected = new int[0];

  @BeforeAll
  static void exportModel() throws IOException {
    Path run = folder.resolve("run");
    export = folder.resolve("export");
    Path config = SmallExperiments.write(folder, SmallExperiments.FLAT_UNET);
    CommandRun.done("train", "--config", config, "--run", run, "--set", "run.steps=5");
    CommandRun.done("export", "--run", run, "--output", export);
    Path samples = folder.resolve("samples.npz");
    CommandRun.done(
        "sample", "--model", export, "--count", COUNT, "--seed", 7, "--output", samples);
    expected =
        Arrays.stream(Npz.get(Npz.read(samples), "arr_0").doubles())
            .mapToInt(value -> (int) value)
            .toArray();
    assertEquals(COUNT * SIDE * SIDE * 3, expected.length);
  }

  @Test
  void tensorFlowJavaAlone() throws Exception {
    String jars =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> entry.matches(".*(tensorflow|javacpp|ndarray|protobuf-java)-.*\\.jar"))
            .collect(Collectors.joining(File.pathSeparator));
    Path picture = folder.resolve("tensorflow.png");
    run(Map.of(), java(), "-cp", jars, example("SampleWithTensorFlow.java"), picture);
    assertShowsTheSamples(picture);
  }

  @Test
  void deepJavaLibrary() throws Exception {
    String jars = System.getenv(DJL);
    assumeTrue(jars != null, DJL + " does not name a folder with DJL's jars");
    Path picture = folder.resolve("djl.png");
    run(
        Map.of("TENSORFLOW_LIBRARY_PATH", jars, "LD_LIBRARY_PATH", jars),
        java(),
        "-cp",
        jars + "/*",
        example("SampleWithDjl.java"),
        picture);
    assertShowsTheSamples(picture);
  }

  @Test
  void python() throws Exception {
    String python = System.getenv().getOrDefault(PYTHON, "python3");
    assumeTrue(works(python, "-c", "import tensorflow"), python + " has no TensorFlow");
    Path picture = folder.resolve("python.png");
    run(Map.of(), python, example("sample.py"), picture);
    assertShowsTheSamples(picture);
  }

  @Test
  void c() throws Exception {
    assumeTrue(works("cc", "--version"), "no C compiler");
    Path libraries = libraries();
    Path program = folder.resolve("sample");
    run(
        Map.of(),
        List.of(
            "cc",
            "-Wall",
            "-Werror",
            "-I",
            HEADERS.toString(),
            example("sample.c"),
            "-L",
            libraries.toString(),
            "-l:libtensorflow_cc.so.2",
            "-l:libtensorflow_framework.so.2",
            "-o",
            program.toString()));
    Path picture = folder.resolve("c.ppm");
    run(Map.of("LD_LIBRARY_PATH", libraries.toString()), program.toString(), picture);
    byte[] file = Files.readAllBytes(picture);
    String header = "P6\n%d %d\n255\n".formatted(SIDE, COUNT * SIDE);
    assertEquals(header, new String(file, 0, header.length(), StandardCharsets.US_ASCII));
    int[] values = new int[file.length - header.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = file[header.length() + i] & 0xff;
    }
    assertArrayEquals(expected, values);
  }

  // Where JavaCPP has put the libraries of this process.
  private static Path libraries() throws IOException {
    assertTrue(!TensorFlow.version().isEmpty());
    Path maps = Path.of("/proc/self/maps");
    assumeTrue(Files.exists(maps), "the place of TensorFlow's library is not known");
    String line =
        Files.readAllLines(maps).stream()
            .filter(mapped -> mapped.endsWith("/libtensorflow_cc.so.2"))
            .findFirst()
            .orElseThrow();
    Path library = Path.of(line.substring(line.indexOf('/')));
    return Objects.requireNonNull(library.toAbsolutePath().getParent());
  }

  private static void assertShowsTheSamples(Path file) throws IOException {
    BufferedImage picture = ImageIO.read(file.toFile());
    assertEquals(SIDE, picture.getWidth());
    assertEquals(COUNT * SIDE, picture.getHeight());
    int[] values = new int[expected.length];
    for (int i = 0; i < values.length; i++) {
      int rgb = picture.getRGB(i / 3 % SIDE, i / 3 / SIDE);
      values[i] = (rgb >> (8 * (2 - i % 3))) & 0xff;
    }
    assertArrayEquals(expected, values);
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private static String example(String name) {
    return EXAMPLES.resolve(name).toString();
  }

  // A program that takes MODEL SEED COUNT PICTURE as its last arguments.
  private static void run(Map<String, String> environment, Object... programAndPicture)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    for (Object part : programAndPicture) {
      command.add(part.toString());
    }
    command.addAll(command.size() - 1, List.of(export.toString(), "7", Integer.toString(COUNT)));
    run(environment, command);
  }

  private static void run(Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    Path log = folder.resolve("log");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.redirectOutput(log.toFile()).start();
    assertTrue(process.waitFor(5, TimeUnit.MINUTES));
    assertEquals(0, process.exitValue(), Files.readString(log));
  }

  private static boolean works(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // There is no such program.
    }
  }
}
