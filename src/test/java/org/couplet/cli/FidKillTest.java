package org.couplet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.couplet.CommandProcess;
import org.couplet.features.RandomFeaturesAssembly;
import org.couplet.metric.StatisticsFile;
import org.couplet.npy.NpyWriter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

/** Measuring in a process of its own that is killed: what it leaves is whole or absent. */
@Tag("long")
class FidKillTest {
  private static final int KILLS = Integer.getInteger("couplet.kills", 3);
  private static final int IMAGES = 3000;
  private static final int LONGEST_MILLIS = 6000;

  @TempDir private Path folder = Path.of("");

  @Test
  void keptStatisticsAreWholeOrAbsent() throws Exception {
    Path features = folder.resolve("features");
    RandomFeaturesAssembly.write(features);
    Path images = images();
    Random random = new Random(20261125);
    for (int kill = 0; kill < KILLS; kill++) {
      Process process = measure(features, images);
      process.waitFor(random.nextInt(LONGEST_MILLIS), TimeUnit.MILLISECONDS);
      process.destroyForcibly().waitFor();
      checkKept();
    }
    assertEquals(0, measure(features, images).waitFor(), this::said);
    assertEquals(1, checkKept());
    assertEquals(0, measure(features, images).waitFor(), this::said);
    assertTrue(said().contains("was measured before"), said());
  }

  // Whole files can be read and are of all images; how many there are.
  private int checkKept() throws IOException {
    Path cache = folder.resolve("cache/couplet");
    if (!Files.isDirectory(cache)) {
      return 0;
    }
    try (var files = Files.list(cache)) {
      List<Path> kept = files.filter(file -> file.toString().endsWith(".npz")).toList();
      for (Path file : kept) {
        assertEquals(IMAGES, StatisticsFile.read(file).fit().count());
      }
      return kept.size();
    }
  }

  private Process measure(Path features, Path images) throws IOException {
    Files.deleteIfExists(folder.resolve("saved.npz"));
    return CommandProcess.start(
        folder.resolve("output.txt"),
        Map.of("XDG_CACHE_HOME", folder.resolve("cache").toString()),
        "fid",
        "--reference",
        images,
        "--inception",
        features,
        "--save-stats",
        folder.resolve("saved.npz"));
  }

  private Path images() throws IOException {
    Path file = folder.resolve("images.npy");
    Random random = new Random(1);
    try (NpyWriter out = new NpyWriter(file, Shape.of(16, 16, 3))) {
      for (int i = 0; i < IMAGES; i++) {
        byte[] pixels = new byte[16 * 16 * 3];
        random.nextBytes(pixels);
        out.write(pixels);
      }
    }
    return file;
  }

  private String said() {
    try {
      return Files.readString(folder.resolve("output.txt"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
