package org.couplet.cli;

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
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.couplet.CommandRun;
import org.couplet.Npz;
import org.couplet.SavedVariables;
import org.couplet.SmallExperiments;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** Build, train, sample, export, sample: the commands as a user calls them, on a tiny UNet. */
@Tag("long")
class EndToEndTest {
  @TempDir private static Path shared = Path.of("");
  private static Path program = shared;
  private static Path run = shared;
  private static Path export = shared;

  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void buildTrainExport() throws IOException {
    program = shared.resolve("program");
    run = shared.resolve("run");
    export = shared.resolve("export");
    Path config = SmallExperiments.write(shared, SmallExperiments.FLAT_UNET);
    CommandRun.done("build", "--config", config, "--output", program);
    CommandRun.done("train", "--model", program, "--run", run, "--set", "run.steps=5");
    CommandRun.done("export", "--run", run, "--output", export);
  }

  private Npz.Array samples(String source, Path model, int count, Object... more) {
    Path file = folder.resolve("samples.npz");
    Object[] arguments = {
      "sample", source, model, "--count", count, "--output", file, "--overwrite"
    };
    Object[] all = Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    CommandRun.done(all);
    return Npz.get(Npz.read(file), "arr_0");
  }

  @Test
  void exportSamplesAsItsRunByteForByte() {
    for (String sigmas : new String[] {"80", "80,0.8"}) {
      Npz.Array ofRun = samples("--run", run, 5, "--sigmas", sigmas, "--seed", 7);
      Npz.Array ofExport = samples("--model", export, 5, "--sigmas", sigmas, "--seed", 7);
      assertArrayEquals(new int[] {5, 8, 8, 3}, ofRun.shape());
      assertArrayEquals(ofRun.doubles(), ofExport.doubles());
    }
  }

  @Test
  void aSampleDependsOnSeedLevelsAndIndexOnly() {
    double[] five = samples("--model", export, 5, "--sigmas", "80,0.8").doubles();
    double[] three = samples("--model", export, 3, "--sigmas", "80,0.8").doubles();
    assertArrayEquals(Arrays.copyOf(five, three.length), three);
    assertFalse(Arrays.equals(five, samples("--model", export, 5).doubles()));
    assertFalse(
        Arrays.equals(
            five, samples("--model", export, 5, "--sigmas", "80,0.8", "--seed", 1).doubles()));
    // Rows beyond one call's worth go on where it ended.
    double[] many = samples("--model", export, 103, "--sigmas", "80,0.8").doubles();
    assertArrayEquals(five, Arrays.copyOf(many, five.length));
    int row = 8 * 8 * 3;
    assertFalse(
        Arrays.equals(Arrays.copyOf(many, row), Arrays.copyOfRange(many, 100 * row, 101 * row)));
  }

  @Test
  void stepsAreTheLevelsThatTheyName() {
    double[] named = samples("--run", run, 5, "--sigmas", "80,0.821").doubles();
    assertArrayEquals(named, samples("--run", run, 5, "--steps", 2).doubles());
    assertArrayEquals(named, samples("--model", export, 5, "--steps", 2).doubles());
    assertArrayEquals(
        samples("--run", run, 5).doubles(), samples("--run", run, 5, "--steps", 1).doubles());
    CommandRun three =
        CommandRun.done(
            "sample", "--run", run, "--count", 5, "--steps", 3, "--output", folder + "/a.npz");
    List<String> lines = three.out().lines().toList();
    assertTrue(lines.get(1).startsWith("noise levels: --sigmas 80,"), three.out());
    String sigmas = lines.get(1).substring(lines.get(1).lastIndexOf(' ') + 1);
    assertEquals(3, sigmas.split(",", -1).length);
    assertArrayEquals(
        samples("--run", run, 5, "--sigmas", sigmas).doubles(),
        Npz.get(Npz.read(folder.resolve("a.npz")), "arr_0").doubles());
  }

  @Test
  void gridAndFolderShowTheSameSamples() throws IOException {
    double[] values = samples("--run", run, 3).doubles();
    Path grid = folder.resolve("grid.png");
    CommandRun.done("sample", "--run", run, "--count", 3, "--output", grid);
    assertTrue(ImageIO.read(grid.toFile()).getWidth() >= 16);
    CommandRun.done("sample", "--run", run, "--count", 3, "--output", folder + "/pictures/");
    for (int i = 0; i < 3; i++) {
      Path file = folder.resolve("pictures").resolve("%06d.png".formatted(i));
      BufferedImage picture = ImageIO.read(file.toFile());
      int red = picture.getRGB(5, 2) >> 16 & 0xff; // column 5, row 2
      assertEquals(values[((i * 8 + 2) * 8 + 5) * 3], red);
    }
  }

  @Test
  void aWalkBeginsAndEndsAtTheSamplesOfItsSeeds() throws IOException {
    Path frames = folder.resolve("frames");
    CommandRun.done(
        "sample",
        "--run",
        run,
        "--interpolate",
        "3,4",
        "--frames",
        5,
        "--sigmas",
        "80,0.8",
        "--output",
        frames + "/");
    for (int end = 0; end < 2; end++) {
      double[] expected =
          samples("--run", run, 1, "--sigmas", "80,0.8", "--seed", 3 + end).doubles();
      BufferedImage frame = ImageIO.read(frames.resolve("00000%d.png".formatted(4 * end)).toFile());
      assertEquals(64, frame.getWidth());
      for (int i = 0; i < 8 * 8; i++) {
        int red = frame.getRGB(i % 8 * 8, i / 8 * 8) >> 16 & 0xff;
        assertEquals(expected[3 * i], red);
      }
    }
    for (String file : new String[] {"walk.gif", "walk.png"}) {
      CommandRun.done(
          "sample",
          "--run",
          run,
          "--interpolate",
          "3,4",
          "--frames",
          5,
          "--count",
          2,
          "--output",
          folder.resolve(file));
    }
    assertEquals(2 * 66 + 2, ImageIO.read(folder.resolve("walk.png").toFile()).getHeight());
    CommandRun refused =
        CommandRun.of(
            "sample", "--run", run, "--interpolate", "3,4", "--output", folder.resolve("a.npz"));
    assertEquals(2, refused.code());
    assertTrue(refused.err().contains("give NAME.gif for a movie"), refused.err());
  }

  @Test
  void exportServesAnyBatchWithoutCouplet() {
    try (SavedModelBundle bundle = SavedModelBundle.load(export.toString(), "serve")) {
      for (int count : new int[] {1, 7}) {
        try (TFloat32 noise = TFloat32.tensorOf(Shape.of(count, 8, 8, 3));
            var outputs = bundle.function("serving_default").call(Map.of("noise", noise))) {
          TFloat32 estimate = (TFloat32) outputs.get("x_hat").orElseThrow();
          TUint8 images = (TUint8) outputs.get("images").orElseThrow();
          assertEquals(Shape.of(count, 8, 8, 3), estimate.shape());
          assertEquals(Shape.of(count, 8, 8, 3), images.shape());
        }
      }
    }
  }

  @Test
  void exportHoldsTheAveragesAndNothingElse() {
    Map<String, double[]> trained = SavedVariables.ofRun(run, 5);
    Map<String, double[]> averages =
        trained.entrySet().stream()
            .filter(entry -> entry.getKey().startsWith("ema/"))
            .collect(
                Collectors.toMap(
                    entry -> entry.getKey().substring("ema/".length()),
                    Map.Entry::getValue,
                    (one, other) -> one,
                    TreeMap::new));
    Map<String, double[]> exported =
        SavedVariables.read(export, export.resolve("variables/variables"));
    assertEquals(averages.keySet(), exported.keySet());
    assertTrue(SavedVariables.firstDifference(averages, exported).isEmpty());
    // Averages, weights, one slot of Lion, and the step; the embedding's constants have no slot.
    assertEquals(
        trained.keySet().stream().filter(name -> name.startsWith("lion/")).count()
            + 2L * exported.size()
            + 1,
        trained.size());
    long bytes = exported.values().stream().mapToLong(values -> 4L * values.length).sum();
    assertEquals(
        bytes, export.resolve("variables/variables.data-00000-of-00001").toFile().length());
    assertFalse(SavedVariables.names(export).containsValue(DataType.DT_INT64));
  }

  @Test
  void programTrainsLikeItsConfig() throws IOException {
    Path config = SmallExperiments.write(folder, SmallExperiments.FLAT_UNET);
    Path other = folder.resolve("run");
    CommandRun.done("train", "--config", config, "--run", other, "--set", "run.steps=5");
    assertTrue(
        SavedVariables.firstDifference(SavedVariables.ofRun(run, 5), SavedVariables.ofRun(other, 5))
            .isEmpty());
    assertEquals(
        Files.readString(run.resolve("config.textproto")),
        Files.readString(other.resolve("config.textproto")));
  }
}
