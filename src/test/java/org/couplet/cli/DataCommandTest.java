package org.couplet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.couplet.data.NpyImages;
import org.couplet.io.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataCommandTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Path folder;

  DataCommandTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private int run(String... arguments) throws IOException {
    return new DataCommand()
        .run(
            arguments,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  private void assertRefused(String expected, String... arguments) {
    String message =
        String.valueOf(
            assertThrows(InvalidInputException.class, () -> run(arguments)).getMessage());
    assertTrue(message.contains(expected), message);
  }

  @Test
  void folderBecomesTheFileThatTrainingReads() throws IOException {
    Path source = Files.createDirectory(folder.resolve("source"));
    BufferedImage image = new BufferedImage(20, 12, BufferedImage.TYPE_INT_RGB);
    ImageIO.write(image, "png", source.resolve("a.png").toFile());
    ImageIO.write(image, "jpg", source.resolve("c.jpg").toFile());
    Files.writeString(source.resolve("b.jpg"), "no picture");
    Path output = folder.resolve("images.npy");
    assertEquals(
        Cli.DONE, run("--from", source.toString(), "--size", "8", "--output", output.toString()));
    try (NpyImages images = NpyImages.open(output, 8, 3)) {
      assertEquals(2, images.size());
    }
    assertEquals(
        output + ": 2 images of 8 x 8 x 3 written, 1 corrupt skipped",
        out.toString(StandardCharsets.UTF_8).strip());
    assertTrue(err.toString(StandardCharsets.UTF_8).contains("b.jpg: corrupt image (neither"));
    assertRefused(
        "b.jpg", "--from", source.toString(), "--size", "8", "--output", output + "", "--strict");
  }

  @Test
  void badUsageIsRefused() {
    assertRefused("--size is missing", "--from", "a", "--output", "b.npy");
    assertRefused("--size: 'big'", "--from", "a", "--size", "big", "--output", "b.npy");
    assertRefused("'half'", "--from", "a", "--size", "8", "--output", "b.npy", "--split", "half");
    assertRefused("--output b", "--from", "a", "--size", "8", "--output", "b");
  }

  @Test
  void helpShowsAnExample() throws IOException {
    assertEquals(Cli.DONE, run("--help"));
    assertTrue(out.toString(StandardCharsets.UTF_8).contains("example: couplet data --from"));
  }
}
