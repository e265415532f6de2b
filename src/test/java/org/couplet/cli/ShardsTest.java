package org.couplet.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.couplet.CommandRun;
import org.couplet.SmallExperiments;
import org.couplet.command.ExitCode;
import org.couplet.features.RandomFeaturesAssembly;
import org.couplet.npy.NpyReader;
import org.couplet.npy.NpyWriter;
import org.couplet.npy.NpzFile;
import org.couplet.report.Json;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.ndarray.Shape;

/** {@code couplet sample} and {@code couplet fid} in shards, against one process. */
@Tag("long")
class ShardsTest {
  // 7 batches, the last of 8 images.
  private static final int IMAGES = 200;
  private static final String METRICS = "fid,fid_infinity,kid,precision_recall";
  private static final List<String> NUMBERS =
      List.of("fid", "fid_infinity", "kid", "precision", "recall");

  @TempDir private static Path shared = Path.of("");
  private static Path features = shared;
  private static Path dark = shared;
  private static Path bright = shared;
  private static Path run = shared;

  private final Path folder;

  ShardsTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @BeforeAll
  static void prepare() throws IOException {
    features = shared.resolve("features");
    RandomFeaturesAssembly.write(features);
    dark = images(shared.resolve("dark.npy"), 1, 100);
    bright = images(shared.resolve("bright.npy"), 2, 255);
    run = shared.resolve("run");
    Path config = SmallExperiments.write(shared, SmallExperiments.UNET);
    CommandRun.done("train", "--config", config, "--run", run, "--steps", 1);
  }

  private static Path images(Path file, long seed, int brightest) throws IOException {
    Random random = new Random(seed);
    try (NpyWriter out = new NpyWriter(file, Shape.of(16, 16, 3))) {
      for (int i = 0; i < IMAGES; i++) {
        byte[] pixels = new byte[16 * 16 * 3];
        for (int j = 0; j < pixels.length; j++) {
          pixels[j] = (byte) random.nextInt(brightest + 1);
        }
        out.write(pixels);
      }
    }
    return file;
  }

  private Path file(String name, int shard) {
    return folder.resolve(name + "-" + shard + ".npz");
  }

  // One shard's command.
  private CommandRun shard(String name, int shard, int of, Path generated, Object... more) {
    List<Object> arguments =
        new ArrayList<>(List.of("fid", "--generated", generated, "--inception", features));
    arguments.addAll(List.of("--shard", shard + "/" + of, "--output", file(name, shard)));
    arguments.addAll(Arrays.asList(more));
    return CommandRun.of(arguments.toArray());
  }

  private List<Object> shards(String name, int of, Path generated, Object... more) {
    List<Object> files = new ArrayList<>();
    for (int shard = of; shard >= 1; shard--) {
      CommandRun done = shard(name, shard, of, generated, more);
      assertEquals(ExitCode.DONE, done.code(), done.toString());
      files.add(file(name, shard));
    }
    return files;
  }

  private static CommandRun merge(List<Object> files, Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("fid", "--merge"));
    arguments.addAll(files);
    arguments.addAll(Arrays.asList(more));
    return CommandRun.of(arguments.toArray());
  }

  private static void assertRefused(CommandRun refused, String... named) {
    assertEquals(ExitCode.BAD_INPUT, refused.code(), refused.toString());
    for (String part : named) {
      assertTrue(refused.err().contains(part), refused.err());
    }
  }

  private static void assertSame(CommandRun one, CommandRun merged, List<String> numbers) {
    assertEquals(ExitCode.DONE, merged.code(), merged.toString());
    JsonObject wanted = Json.GSON.fromJson(one.out(), JsonObject.class);
    JsonObject found = Json.GSON.fromJson(merged.out(), JsonObject.class);
    for (String number : numbers) {
      double value = wanted.get(number).getAsDouble();
      assertEquals(value, found.get(number).getAsDouble(), 1e-9 * Math.abs(value), number);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void mergedImagesMeasureAsInOneProcess(int of) {
    List<Object> rest =
        List.of("--reference", bright, "--inception", features, "--metrics", METRICS, "--json");
    List<Object> whole = new ArrayList<>(List.of("fid", "--generated", dark));
    whole.addAll(rest);
    CommandRun one = CommandRun.done(whole.toArray());
    List<Object> files = shards("part", of, dark, "--metrics", METRICS);
    assertSame(one, merge(files, rest.toArray()), NUMBERS);
  }

  @Test
  void mergedSamplesMeasureAsInOneProcess() {
    Path statistics = folder.resolve("bright.npz");
    CommandRun.done(
        "fid", "--reference", bright, "--inception", features, "--save-stats", statistics);
    CommandRun one =
        CommandRun.done(
            "fid",
            "--generated",
            run,
            "--count",
            100,
            "--seed",
            3,
            "--reference",
            statistics,
            "--inception",
            features,
            "--json");
    List<Object> files = shards("part", 3, run, "--count", 100, "--seed", 3);
    CommandRun merged = merge(files, "--reference", statistics, "--json");
    assertSame(one, merged, List.of("fid"));
    assertTrue(merged.out().contains("\"shards\":3"), merged.out());
  }

  @Test
  void mergedStatisticsAreSavedAsThoseOfImages() {
    Path saved = folder.resolve("merged.npz");
    CommandRun merged = merge(shards("part", 2, dark), "--save-stats", saved);
    assertEquals(ExitCode.DONE, merged.code(), merged.toString());
    CommandRun same =
        CommandRun.done(
            "fid", "--generated", dark, "--reference", saved, "--inception", features, "--json");
    double fid = Json.GSON.fromJson(same.out(), JsonObject.class).get("fid").getAsDouble();
    assertEquals(0, fid, 1e-6);
  }

  @Test
  void whatIsNotAllShardsOfOneMeasurementIsNamed() throws IOException {
    List<Object> files = shards("part", 3, dark);
    Object[] reference = {"--reference", bright, "--inception", features};
    assertRefused(merge(files.subList(1, 3), reference), "shard 3/3 is missing");
    assertRefused(merge(files.subList(0, 1), reference), "shards 1/3, 2/3 are missing");
    Path copy = Files.copy(file("part", 2), folder.resolve("copy.npz"));
    List<Object> doubled = new ArrayList<>(files);
    doubled.add(copy);
    assertRefused(merge(doubled, reference), "shard 2/3 is there twice", copy.toString());
    shard("other", 2, 3, bright);
    assertForeign(files, file("other", 2), "the content of --generated");
    shard("other-n", 2, 4, dark);
    assertForeign(files, file("other-n", 2), "the number of shards is 4, not 3");
    shard("other-metrics", 2, 3, dark, "--metrics", "kid");
    assertForeign(files, file("other-metrics", 2), "--metrics is kid, not ");
    assertRefused(merge(List.of(dark), reference), dark.toString());
    Path absent = folder.resolve("absent.npz");
    assertRefused(merge(List.of(absent), reference), absent + ": no such file");
    assertRefused(
        merge(files, "--reference", bright, "--inception", features, "--metrics", "kid"),
        "without what kid needs");
    byte[] whole = Files.readAllBytes(file("part", 2));
    Files.write(file("part", 2), Arrays.copyOf(whole, whole.length / 2));
    assertRefused(merge(files, reference), file("part", 2).toString(), "damaged");
  }

  private static void assertForeign(List<Object> files, Path foreign, String what) {
    List<Object> mixed = List.of(files.get(0), foreign, files.get(2));
    assertRefused(
        merge(mixed, "--reference", bright, "--inception", features), foreign.toString(), what);
  }

  @Test
  void samplesOfAnotherSeedAreForeign() {
    shard("part", 1, 2, run, "--count", 64, "--seed", 1);
    shard("part", 2, 2, run, "--count", 64, "--seed", 2);
    assertRefused(
        merge(List.of(file("part", 1), file("part", 2)), "--save-stats", folder.resolve("s.npz")),
        "--seed is 2, not 1");
  }

  @Test
  void badShardsAreRefused() {
    for (String bad : List.of("0/3", "4/3", "3", "a/b", "1/0")) {
      assertRefused(
          CommandRun.of(
              "fid",
              "--generated",
              dark,
              "--inception",
              features,
              "--shard",
              bad,
              "--output",
              folder.resolve("x.npz")),
          "'" + bad + "' is not I/N");
    }
    assertRefused(shard("part", 1, 8, dark), "200 images make 7 batches of 32", "N up to 7");
    assertRefused(shard("part", 1, 2, dark, "--reference", bright), "--reference: does not go");
    assertRefused(
        CommandRun.of("fid", "--generated", dark, "--inception", features, "--shard", "1/2"),
        "--output is missing");
    assertRefused(
        CommandRun.of(
            "sample",
            "--run",
            run,
            "--count",
            300,
            "--shard",
            "1/2",
            "--output",
            folder.resolve("grid.png")),
        "a grid is one picture");
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void samplesOfShardsAreThoseOfOneProcess(int of) throws IOException {
    byte[] whole = samples("whole", "1/1");
    List<byte[]> parts = new ArrayList<>();
    for (int shard = 1; shard <= of; shard++) {
      parts.add(samples("part" + shard, shard + "/" + of));
    }
    byte[] joined = new byte[whole.length];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, joined, at, part.length);
      at += part.length;
    }
    assertEquals(whole.length, at);
    assertArrayEquals(whole, joined);
  }

  private byte[] samples(String name, String shard) throws IOException {
    Path file = folder.resolve(name + ".npz");
    List<Object> arguments =
        new ArrayList<>(List.of("sample", "--run", run, "--count", 230, "--output", file));
    if (!shard.equals("1/1")) {
      arguments.addAll(List.of("--shard", shard));
    }
    CommandRun.done(arguments.toArray());
    try (NpzFile npz = NpzFile.open(file);
        NpyReader array = npz.array("arr_0")) {
      byte[] values = new byte[(int) array.header().size()];
      array.next(values.length).get(values);
      return values;
    }
  }

  @Test
  void picturesOfShardsAreNumberedAsOfOneProcess() {
    CommandRun.done(
        "sample", "--run", run, "--count", 130, "--shard", "2/2", "--output", folder + "/png/");
    assertTrue(Files.exists(folder.resolve("png/000100.png")));
    assertTrue(Files.exists(folder.resolve("png/000129.png")));
    assertFalse(Files.exists(folder.resolve("png/000000.png")));
  }
}
