package org.couplet.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;
import org.couplet.CommandRun;
import org.couplet.Npz;
import org.couplet.SmallExperiments;
import org.couplet.features.RandomFeaturesAssembly;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a folder of grey pictures to samples and their FID, with one channel throughout. */
@Tag("long")
class GreyEndToEndTest {
  private static final int IMAGES = 8;

  @TempDir private static Path shared = Path.of("");
  private static Path pictures = shared;
  private static Path data = shared;
  private static Path run = shared;

  @BeforeAll
  static void importAndTrain() throws IOException {
    pictures = Files.createDirectory(shared.resolve("pictures"));
    Random random = new Random(1);
    for (int i = 0; i < IMAGES; i++) {
      BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
      for (int pixel = 0; pixel < 64; pixel++) {
        image.getRaster().setSample(pixel % 8, pixel / 8, 0, random.nextInt(256));
      }
      ImageIO.write(image, "png", pictures.resolve(i + ".png").toFile());
    }
    data = shared.resolve("grey.npy");
    CommandRun imported =
        CommandRun.done("data", "--from", pictures, "--size", 8, "--output", data);
    assertTrue(imported.out().contains(": 8 images of 8 x 8 x 1 written"), imported.out());
    assertTrue(imported.out().contains("one channel, since all images are grey"));
    run = shared.resolve("run");
    String text =
        SmallExperiments.FLAT_UNET.replace(
            "procedural { resolution: 8 count: 50 }",
            "image_file { path: '%s' resolution: 8 channels: 1 }".formatted(data));
    Path config = SmallExperiments.write(shared, text);
    CommandRun.done("train", "--config", config, "--run", run, "--set", "run.steps=3");
  }

  @Test
  void samplesOfRunAndExportHaveOneChannelInEveryForm() throws IOException {
    Path export = shared.resolve("export");
    CommandRun.done("export", "--run", run, "--output", export);
    Path file = shared.resolve("samples.npz");
    CommandRun.done("sample", "--model", export, "--count", 3, "--output", file);
    Npz.Array samples = Npz.get(Npz.read(file), "arr_0");
    assertArrayEquals(new int[] {3, 8, 8, 1}, samples.shape());
    CommandRun.done("sample", "--run", run, "--count", 3, "--output", shared + "/samples/");
    for (int i = 0; i < 3; i++) {
      BufferedImage picture =
          ImageIO.read(shared.resolve("samples").resolve("%06d.png".formatted(i)).toFile());
      assertEquals(
          samples.doubles()[(i * 8 + 2) * 8 + 5], picture.getRGB(5, 2) & 0xff, "image " + i);
      assertEquals(picture.getRGB(5, 2) & 0xff, picture.getRGB(5, 2) >> 16 & 0xff);
    }
    Path grid = shared.resolve("grid.png");
    CommandRun.done("sample", "--run", run, "--count", 3, "--output", grid);
    assertTrue(ImageIO.read(grid.toFile()).getWidth() >= 16);
  }

  @Test
  void editsKeepWhatIsKnownOfGreyImages() throws IOException {
    Path edited = shared.resolve("edited");
    Path mask = pictures.resolve("7.png");
    CommandRun.done(
        "edit",
        "inpaint",
        "--run",
        run,
        "--from",
        pictures,
        "--mask",
        mask,
        "--steps",
        1,
        "--output",
        edited + "/");
    int[] masked = greys(mask);
    for (int image = 0; image < IMAGES; image++) {
      int[] before = greys(pictures.resolve(image + ".png"));
      int[] after = greys(edited.resolve(image + ".png"));
      for (int pixel = 0; pixel < 64; pixel++) {
        assertTrue(masked[pixel] >= 128 || before[pixel] == after[pixel]);
      }
    }
    CommandRun refused =
        CommandRun.of(
            "edit", "colorize", "--run", run, "--from", mask, "--output", shared + "/c.png");
    assertEquals(2, refused.code());
    assertTrue(refused.err().contains("the model makes grey images"), refused.err());
  }

  private static int[] greys(Path file) throws IOException {
    return ImageIO.read(file.toFile()).getRaster().getSamples(0, 0, 8, 8, 0, new int[64]);
  }

  @Test
  void fidTakesGreysForEqualColours() throws IOException {
    Path features = shared.resolve("features");
    RandomFeaturesAssembly.write(features);
    Path wide = shared.resolve("wide.npy");
    CommandRun.done("data", "--from", pictures, "--size", 8, "--channels", 3, "--output", wide);
    for (Path same : new Path[] {pictures, wide}) {
      String fid =
          CommandRun.done("fid", "--generated", same, "--reference", data, "--inception", features)
              .out();
      assertTrue(fid.lines().anyMatch(line -> line.endsWith(" 0.00000")), fid);
    }
    CommandRun.done(
        "fid", "--generated", run, "--count", 8, "--reference", data, "--inception", features);
  }
}
