package org.couplet.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.couplet.CommandProcess;
import org.couplet.CommandRun;
import org.couplet.command.ExitCode;
import org.couplet.command.Interrupt;
import org.couplet.data.NpyImages;
import org.couplet.npy.NpyWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

class DataCommandTest {
  private final Path folder;

  DataCommandTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private static void assertRefused(String expected, Object... arguments) {
    CommandRun refused = CommandRun.of(arguments);
    assertEquals(ExitCode.BAD_INPUT, refused.code(), refused.toString());
    assertTrue(refused.err().contains(expected), refused.err());
  }

  @Test
  void folderBecomesTheFileThatTrainingReads() throws IOException {
    Path source = Files.createDirectory(folder.resolve("source"));
    BufferedImage image = new BufferedImage(20, 12, BufferedImage.TYPE_INT_RGB);
    ImageIO.write(image, "png", source.resolve("a.png").toFile());
    ImageIO.write(image, "jpg", source.resolve("c.jpg").toFile());
    Files.writeString(source.resolve("b.jpg"), "no picture");
    Path output = folder.resolve("images.npy");
    CommandRun run = CommandRun.done("data", "--from", source, "--size", 8, "--output", output);
    try (NpyImages images = NpyImages.open(output, 8, 3)) {
      assertEquals(2, images.size());
    }
    List<String> lines = run.out().lines().toList();
    assertEquals(output + ": 2 images of 8 x 8 x 3 written, 1 left out", lines.get(0));
    assertTrue(lines.get(1).startsWith("2 images are few: a model learns to copy them"));
    assertTrue(lines.contains("  text                    1  b.jpg (text, which is not read)"));
    Path table = folder.resolve("images.report.txt");
    assertEquals("this table is also in " + table, lines.get(lines.size() - 1));
    assertEquals(lines.subList(0, lines.size() - 1), Files.readAllLines(table));
    assertTrue(run.err().contains("b.jpg: text, which is not read, skipped"), run.err());
    assertRefused(
        "b.jpg",
        "data",
        "--from",
        source,
        "--size",
        8,
        "--output",
        output,
        "--overwrite",
        "--strict");
  }

  // Before the source is listed, which may take minutes.
  @Test
  void whatIsGoingOnIsSaidAtOnce() throws Exception {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(err, true, UTF_8);
    Interrupt.during(
        "data",
        stream,
        Duration.ofSeconds(1),
        interrupt -> {
          try (var display = new DataCommand.Display(Path.of("photos.tar"), stream, interrupt)) {
            for (int i = 0; i < 100 && err.size() == 0; i++) {
              Thread.sleep(50);
            }
            assertEquals("reading photos.tar ...", err.toString(UTF_8).strip());
            display.started(3);
          }
          return ExitCode.DONE;
        });
  }

  @Test
  void whatLiesBesideTheOutputIsNotReplacedUnasked() throws IOException {
    Path source = folder.resolve("source");
    for (String name : List.of("dogs/a.png", "cats/b.png")) {
      Path file = source.resolve(name);
      Files.createDirectories(file.getParent());
      ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
    }
    Path output = folder.resolve("x.npy");
    for (String beside : List.of("x.labels.npy", "x.classes.txt", "x.report.txt")) {
      Path file = Files.writeString(folder.resolve(beside), "the user's own");
      assertRefused(
          "--output " + file + ": already exists; choose another name, or add --overwrite",
          "data",
          "--from",
          source,
          "--size",
          8,
          "--output",
          output);
      assertEquals("the user's own", Files.readString(file));
      Files.delete(file);
    }
    CommandRun run = CommandRun.done("data", "--from", source, "--size", 8, "--output", output);
    assertTrue(run.out().lines().toList().contains("labels of 2 classes: cats, dogs"), run.out());
    assertEquals("cats\ndogs\n", Files.readString(folder.resolve("x.classes.txt")));
    // A report that can't be written is found before anything changes.
    Files.delete(folder.resolve("x.report.txt"));
    Files.createDirectory(folder.resolve("x.report.txt"));
    Object[] again = {
      "data", "--from", source.resolve("cats"), "--size", 8, "--output", output, "--overwrite"
    };
    assertRefused("x.report.txt: is a folder; name a file", again);
    assertTrue(Files.exists(folder.resolve("x.labels.npy")));
    Files.delete(folder.resolve("x.report.txt"));
    CommandRun.done(again);
    assertFalse(Files.exists(folder.resolve("x.labels.npy")));
    try (NpyImages images = NpyImages.open(output, 8, 3)) {
      assertEquals(1, images.size());
    }
  }

  @Test
  void whatItWritesAmongItsImagesIsNoneOfThem() throws IOException {
    Path source = folder.resolve("source");
    for (String name : List.of("dogs", "cats")) {
      Path file = Files.createDirectories(source.resolve(name)).resolve("a.png");
      ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
    }
    Path output = source.resolve("x.npy");
    CommandRun.done("data", "--from", source, "--size", 8, "--output", output);
    CommandRun again =
        CommandRun.done(
            "data", "--from", source, "--size", 8, "--output", output, "--overwrite", "--strict");
    assertTrue(again.out().contains("2 images of 8 x 8 x 3 written, 0 left out"), again.out());
    assertTrue(Files.exists(source.resolve("x.labels.npy")));
  }

  @Test
  void namesDoNothingToATerminal() throws IOException {
    Path source = Files.createDirectory(folder.resolve("red\u001b[31m"));
    ImageIO.write(
        new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB),
        "png",
        source.resolve("a.png").toFile());
    CommandRun run =
        CommandRun.done(
            "data", "--from", source, "--size", 8, "--output", source.resolve("x\r.npy"));
    assertTrue(run.out().contains("red\\u001b[31m/x\\u000d.npy: 1 images"), run.out());
    String table = Files.readString(source.resolve("x\r.report.txt"));
    assertFalse((run.out() + run.err() + table).matches("(?s).*[\u001b\r].*"), run.toString());
  }

  @Test
  void badUsageIsRefused() {
    assertRefused("--size is missing", "data", "--from", "a", "--output", "b.npy");
    assertRefused("--size: 'big'", "data", "--from", "a", "--size", "big", "--output", "b.npy");
    assertRefused(
        "'half'", "data", "--from", "a", "--size", 8, "--output", "b.npy", "--split", "half");
    assertRefused("--output b", "data", "--from", "a", "--size", 8, "--output", "b");
  }

  @Test
  @Timeout(60)
  void interruptedItLeavesNothing() throws IOException, InterruptedException {
    Path source = folder.resolve("source.npy");
    try (NpyWriter writer = new NpyWriter(source, Shape.of(8, 8, 3))) {
      for (int i = 0; i < 5_000; i++) {
        writer.write(new byte[8 * 8 * 3]);
      }
    }
    Path output = Files.createDirectory(folder.resolve("out"));
    Path words = folder.resolve("words");
    Process process =
        CommandProcess.start(
            words,
            Map.of(),
            "data",
            "--from",
            source,
            "--size",
            256,
            "--output",
            output.resolve("images.npy"));
    int code = CommandProcess.endedWriting(output, process);
    assertEquals(ExitCode.INTERRUPTED, code, Files.readString(words));
    assertTrue(
        Files.readString(words).contains("couplet data: interrupted; nothing was written"),
        Files.readString(words));
    try (var left = Files.list(output)) {
      assertEquals(0, left.count());
    }
  }

  @Test
  void helpShowsAnExampleAndWhatIsRead() {
    assertTrue(CommandRun.done("data", "--help").out().contains("example: couplet data --from"));
    for (String command : List.of("data", "fid")) {
      String help = CommandRun.done(command, "--help").out().replaceAll("\\s+", " ");
      for (String form : List.of("tar (also .gz, .bz2)", "TIFF", "MNIST's idx", "CIFAR-10")) {
        assertTrue(help.contains(form), help);
      }
    }
  }
}
