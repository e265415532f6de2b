package org.couplet.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.couplet.CommandRun;
import org.couplet.SmallExperiments;
import org.couplet.command.ExitCode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgressStudyTest {
  @TempDir private Path folder = Path.of("");
  private Path run = folder;

  @BeforeEach
  void makeRun() throws IOException {
    run = Files.createDirectories(folder.resolve("run"));
    Files.writeString(run.resolve("config.textproto"), SmallExperiments.UNET);
  }

  private CommandRun study() {
    return CommandRun.of("study", "progress", "--run", run, "--output", folder.resolve("out"));
  }

  @Test
  void firstLinesStandInTheOrderOfTheirSteps() throws IOException {
    for (int step : new int[] {500, 1500, 1000}) {
      draw("step-%07d-ema.png".formatted(step), step);
      draw("step-%07d-online.png".formatted(step), 0xffffff);
    }
    assertEquals(ExitCode.DONE, study().code());
    BufferedImage picture = ImageIO.read(folder.resolve("out/progress.png").toFile());
    // A line of 8 x 8 pictures: 64 pixels and 2 on both sides, and 10 between lines.
    assertEquals(3 * 68 + 4 * 10, picture.getHeight());
    for (int line = 0; line < 3; line++) {
      int y = 10 + 78 * line + 30;
      assertEquals(500 * (line + 1), picture.getRGB(picture.getWidth() - 20, y) & 0xffffff);
    }
    assertTrue(Files.size(folder.resolve("out/progress.gif")) > 0);
  }

  @Test
  void aRunWithoutPicturesSaysHowToHaveSome() {
    CommandRun refused = study();
    assertEquals(ExitCode.BAD_INPUT, refused.code());
    assertTrue(refused.err().contains("evaluation.sample_every"), refused.err());
  }

  private void draw(String name, int colour) throws IOException {
    BufferedImage picture = new BufferedImage(134, 134, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 134 * 134; i++) {
      picture.setRGB(i % 134, i / 134, colour);
    }
    Path samples = Files.createDirectories(run.resolve("samples"));
    ImageIO.write(picture, "png", samples.resolve(name).toFile());
  }
}
