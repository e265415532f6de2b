package org.couplet.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.couplet.CommandRun;
import org.couplet.Npz;
import org.couplet.SmallExperiments;
import org.couplet.features.RandomFeaturesAssembly;
import org.couplet.report.SampleGrid;
import org.couplet.run.RunFolder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The names that users choose are never patterns: every path has all signs that could be one. */
@Tag("long")
class OddPathsTest {
  private static final String ODD = "gc[mu=0.5] {a,b}*?\\\u00fc'";

  @TempDir private static Path plain = Path.of("");
  private static Path folder = plain;

  @BeforeAll
  static void buildAndTrain() throws IOException {
    folder = Files.createDirectory(plain.resolve(ODD));
    Path config = SmallExperiments.write(folder, SmallExperiments.GAUSSIANS);
    CommandRun.done("build", "--config", config, "--output", folder.resolve("program[1]"));
    train("--model", folder.resolve("program[1]"), "--run", run(), "--steps", 4);
    train("--run", run(), "--resume", "--steps", 8);
    train("--config", config, "--run", plain.resolve("plain"), "--steps", 8);
  }

  private static Path run() {
    return folder.resolve("run*[0]");
  }

  private static CommandRun train(Object... more) {
    Object[] arguments = new Object[more.length + 1];
    arguments[0] = "train";
    System.arraycopy(more, 0, arguments, 1, more.length);
    return CommandRun.done(arguments);
  }

  private static double[] samples(String source, Path model) {
    Path file = folder.resolve("points {x}.npz");
    CommandRun.done("sample", source, model, "--count", 5, "--output", file, "--overwrite");
    return Npz.get(Npz.read(file), "arr_0").doubles();
  }

  @Test
  void aRunAndItsExportAreThoseOfAPlainPath() {
    double[] expected = samples("--run", plain.resolve("plain"));
    assertArrayEquals(expected, samples("--run", run()));
    Path export = folder.resolve("export?");
    CommandRun.done("export", "--run", run(), "--output", export);
    assertArrayEquals(expected, samples("--model", export));
    CommandRun.done("export", "--run", run(), "--output", export, "--overwrite");
    assertArrayEquals(expected, samples("--model", export));
  }

  @Test
  void theTemporaryFolderMayHaveSignsToo() throws IOException {
    double[] expected = samples("--run", plain.resolve("plain"));
    String before = System.getProperty("java.io.tmpdir");
    System.setProperty("java.io.tmpdir", Files.createDirectory(folder.resolve("t[1]")).toString());
    try {
      assertArrayEquals(expected, samples("--run", run()));
    } finally {
      System.setProperty("java.io.tmpdir", before);
    }
  }

  @Test
  void aRunBeginsWithTheWeightsOfAParent() throws IOException {
    Path child = folder.resolve("child");
    Path config = folder.resolve("experiment.textproto");
    train("--config", config, "--run", child, "--steps", 1, "--set", "run.start_from=" + run());
    assertEquals("step-1", new RunFolder(child).newestCheckpoint().getFileName().toString());
  }

  @Test
  void imagesAreConvertedAndMeasured() throws IOException {
    Path pictures = Files.createDirectory(folder.resolve("pictures?"));
    for (int i = 0; i < 20; i++) {
      BufferedImage picture = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
      picture.setRGB(i % 8, i / 8, 0xff00ff);
      SampleGrid.writePng(picture, pictures.resolve("\u5199[" + i + "]*.png"));
    }
    Path data = folder.resolve("data[8].npy");
    CommandRun.done("data", "--from", pictures, "--size", 8, "--output", data);
    Path config =
        Files.writeString(
            folder.resolve("file.textproto"),
            SmallExperiments.UNET.replace(
                "procedural { resolution: 8 count: 50 }",
                "image_file { path: \"absent.npy\" resolution: 8 channels: 3 }"));
    train("--config", config, "--data", data, "--run", folder.resolve("r"), "--dry-run");
    Path features = folder.resolve("features[a]");
    RandomFeaturesAssembly.write(features);
    CommandRun fid =
        CommandRun.done(
            "fid",
            "--generated",
            data,
            "--inception",
            features,
            "--save-stats",
            folder.resolve("stats{}.npz"));
    assertTrue(fid.out().contains("features[a]"), fid.out());
  }
}
