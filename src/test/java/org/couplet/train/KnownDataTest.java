package org.couplet.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.couplet.CommandRun;
import org.couplet.SmallExperiments;
import org.couplet.command.ExitCode;
import org.couplet.npy.NpyWriter;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

/** A run does not go on with other images in silence. */
@Tag("long")
class KnownDataTest {
  @TempDir private static Path shared = Path.of("");

  private final Path run;
  private final Path other;

  KnownDataTest(@TempDir Path folder) throws IOException {
    run = folder.resolve("run");
    FolderContents.copy(shared.resolve("run"), run);
    other = write(folder.resolve("other.npy"), 30, 2);
  }

  @BeforeAll
  static void train() throws IOException {
    Path images = write(shared.resolve("images.npy"), 30, 1);
    Path config =
        SmallExperiments.write(
            shared,
            SmallExperiments.UNET.replace(
                "procedural { resolution: 8 count: 50 }",
                "image_file { path: \"%s\" resolution: 8 }".formatted(images)));
    CommandRun.done("train", "--config", config, "--run", shared.resolve("run"), "--steps", 2);
  }

  private static Path write(Path file, int count, int value) throws IOException {
    try (NpyWriter writer = new NpyWriter(file, Shape.of(8, 8, 3))) {
      byte[] image = new byte[8 * 8 * 3];
      Arrays.fill(image, (byte) value);
      for (int i = 0; i < count; i++) {
        writer.write(image);
      }
    }
    return file;
  }

  private CommandRun resume(Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("train", "--run", run, "--resume"));
    arguments.addAll(List.of(more));
    return CommandRun.of(arguments.toArray());
  }

  @Test
  void otherImagesWantAFlag() throws IOException {
    Map<String, String> before = FolderContents.of(run);
    for (List<Object> how :
        List.of(
            List.<Object>of("--data", other, "--dry-run"),
            List.<Object>of("--data", other),
            List.<Object>of("--set", "dataset.image_file.path=" + other))) {
      CommandRun refused = resume(how.toArray());
      assertEquals(ExitCode.BAD_INPUT, refused.code(), refused.err());
      assertTrue(
          refused.err().contains("as many images, but other pixels; name the right one"),
          refused.err());
    }
    assertEquals(before, FolderContents.of(run));

    CommandRun accepted = resume("--data", other, "--accept-new-data", "--steps", 3);
    assertEquals(ExitCode.DONE, accepted.code(), accepted.err());
    assertTrue(accepted.err().contains("note: other data from here on: " + other), accepted.err());
    // From now on it is these that the run knows.
    assertEquals(ExitCode.DONE, resume("--data", other, "--steps", 4).code());
    assertEquals(ExitCode.BAD_INPUT, resume("--steps", 5).code());
  }

  @Test
  void aMovedFileNeedsNoFlag() throws IOException {
    Path copy = Files.copy(shared.resolve("images.npy"), run.resolveSibling("moved.npy"));
    CommandRun resumed = resume("--data", copy, "--steps", 3);
    assertEquals(ExitCode.DONE, resumed.code(), resumed.err());
    assertTrue(!resumed.err().contains("data file"), resumed.err());
  }

  @Test
  void aRunFromBeforeThisWasKeptGetsANote() throws IOException {
    Files.writeString(run.resolve("history.jsonl"), "{\"step\":0}\n{\"step\":2}\n");
    CommandRun resumed = resume("--data", other, "--steps", 3);
    assertEquals(ExitCode.DONE, resumed.code(), resumed.err());
    assertTrue(resumed.err().contains("does not say which data file it trained on"), resumed.err());
  }
}
