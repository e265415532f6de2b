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
import java.util.Map;
import java.util.Random;
import org.couplet.CommandRun;
import org.couplet.SmallExperiments;
import org.couplet.command.ExitCode;
import org.couplet.contract.Contract;
import org.couplet.contract.Signature;
import org.couplet.features.RandomFeaturesAssembly;
import org.couplet.npy.NpyReader;
import org.couplet.npy.NpyWriter;
import org.couplet.npy.NpzFile;
import org.couplet.report.Json;
import org.couplet.report.SampleGrid;
import org.couplet.savedmodel.SavedModelFile;
import org.couplet.savedmodel.Signatures;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** {@code couplet sample} and {@code couplet fid} in shards, against one process. */
@Tag("long")
class ShardsTest {
  // 7 batches, the last of 8 images.
  private static final int IMAGES = 200;
  private static final String METRICS = "fid,fid_infinity,kid,inception_score,precision_recall";
  private static final List<String> NUMBERS =
      List.of(
          "fid",
          "fid_infinity",
          "kid",
          "inception_score",
          "inception_score_deviation",
          "precision",
          "recall");

  @TempDir private static Path shared = Path.of("");
  private static Path features = shared;
  private static Path classifier = shared;
  private static Path dark = shared;
  private static Path bright = shared;
  private static Path run = shared;

  private final Path folder;
  private Path network = classifier;

  ShardsTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @BeforeAll
  static void prepare() throws IOException {
    features = shared.resolve("features");
    RandomFeaturesAssembly.write(features);
    classifier = shared.resolve("classifier");
    writeClassifier(classifier);
    dark = images(shared.resolve("dark.npy"), 1, IMAGES, 100);
    bright = images(shared.resolve("bright.npy"), 2, IMAGES, 255);
    run = shared.resolve("run");
    Path config = SmallExperiments.write(shared, SmallExperiments.FLAT_UNET);
    CommandRun.done("train", "--config", config, "--run", run, "--steps", 1);
  }

  // 12 features of an image's 4 x 4 mean colours, and 6 classes made of them.
  private static void writeClassifier(Path folder) throws IOException {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TUint8> images =
          tf.placeholder(TUint8.class, Placeholder.shape(Shape.of(-1, -1, -1, 3)));
      Operand<TFloat32> cells =
          tf.image.resizeArea(
              tf.dtypes.cast(images, TFloat32.class), tf.constant(new int[] {4, 4}));
      Operand<TFloat32> features =
          product(tf, tf.reshape(cells, tf.constant(new long[] {-1, 48})), 48, 12);
      Operand<TFloat32> logits = product(tf, tf.math.tanh(features), 12, 6);
      Map<String, Operand<?>> images0 = Map.of(Contract.IMAGES, images);
      Signatures signatures = new Signatures();
      signatures.add(Signature.FEATURES, images0, Map.of(Contract.FEATURES, features));
      signatures.add(
          Signature.LOGITS,
          images0,
          Map.of(
              Contract.LOGITS,
              logits,
              Contract.LOGITS_UNBIASED,
              logits,
              Contract.FEATURES,
              features));
      SavedModelFile.write(folder, Contract.SERVE_TAG, graph, signatures);
    }
  }

  private static Operand<TFloat32> product(Ops tf, Operand<TFloat32> rows, int from, int to) {
    Random random = new Random(from);
    float[] weights = new float[from * to];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextGaussian() / from;
    }
    return tf.linalg.matMul(
        rows, tf.reshape(tf.constant(weights), tf.constant(new int[] {from, to})));
  }

  private static Path images(Path file, long seed, int count, int brightest) throws IOException {
    Random random = new Random(seed);
    try (NpyWriter out = new NpyWriter(file, Shape.of(16, 16, 3))) {
      for (int i = 0; i < count; i++) {
        out.write(pixels(random, 16 * 16, brightest));
      }
    }
    return file;
  }

  private static byte[] pixels(Random random, int count, int brightest) {
    byte[] pixels = new byte[count * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) random.nextInt(brightest + 1);
    }
    return pixels;
  }

  private Path file(String name, int shard) {
    return folder.resolve(name + "-" + shard + ".npz");
  }

  // One shard's command.
  private CommandRun shard(String name, int shard, int of, Path generated, Object... more) {
    List<Object> arguments =
        new ArrayList<>(List.of("fid", "--generated", generated, "--inception", network));
    arguments.addAll(List.of("--shard", shard + "/" + of, "--output", file(name, shard)));
    arguments.addAll(Arrays.asList(more));
    return CommandRun.of(arguments.toArray());
  }

  private List<Object> shards(String name, int of, Path generated, Object... more) {
    List<Object> files = new ArrayList<>();
    for (int shard = of - 1; shard >= 0; shard--) {
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
    assertSame(one, merged, numbers, 1e-9);
  }

  private static void assertSame(
      CommandRun one, CommandRun merged, List<String> numbers, double tolerance) {
    assertEquals(ExitCode.DONE, merged.code(), merged.toString());
    JsonObject wanted = Json.GSON.fromJson(one.out(), JsonObject.class);
    JsonObject found = Json.GSON.fromJson(merged.out(), JsonObject.class);
    for (String number : numbers) {
      double value = wanted.get(number).getAsDouble();
      assertEquals(value, found.get(number).getAsDouble(), tolerance * Math.abs(value), number);
    }
  }

  private void assertMergedAsOne(Path generated, int of, String metrics, List<String> numbers) {
    List<Object> rest =
        List.of("--reference", bright, "--inception", classifier, "--metrics", metrics, "--json");
    List<Object> whole = new ArrayList<>(List.of("fid", "--generated", generated));
    whole.addAll(rest);
    CommandRun one = CommandRun.done(whole.toArray());
    List<Object> files = shards("part", of, generated, "--metrics", metrics);
    assertSame(one, merge(files, rest.toArray()), numbers);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void mergedImagesMeasureAsInOneProcess(int of) {
    assertMergedAsOne(dark, of, METRICS, NUMBERS);
  }

  // One process keeps the features of 50,000 of them, drawn at random.
  @Test
  void manyImagesMeasureAsInOneProcess() throws IOException {
    Path many = folder.resolve("many.npy");
    Random random = new Random(3);
    try (NpyWriter out = new NpyWriter(many, Shape.of(4, 4, 3))) {
      for (int i = 0; i < 50_600; i++) {
        out.write(pixels(random, 4 * 4, 200));
      }
    }
    assertMergedAsOne(many, 3, "fid,kid", List.of("fid", "kid", "kid_standard_error"));
  }

  @Test
  void aFolderOfArraysIsDividedAcrossItsFiles() throws IOException {
    Path arrays = Files.createDirectory(folder.resolve("arrays"));
    images(arrays.resolve("1.npy"), 4, 40, 100);
    images(arrays.resolve("2.npy"), 5, 70, 100);
    images(arrays.resolve("10.npy"), 6, 10, 100);
    assertMergedAsOne(arrays, 4, METRICS, NUMBERS);
  }

  // The last shard has no image that can be taken. Batches differ, and so does rounding.
  @Test
  void corruptImagesAreLeftOutAsInOneProcess() throws IOException {
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    Random random = new Random(4);
    for (int i = 0; i < 70; i++) {
      Path file = pictures.resolve("%02d.png".formatted(i));
      byte[] png = SampleGrid.png(SampleGrid.of(pixels(random, 8 * 8, 255), 1, 8, 8, 3, 1, 0));
      Files.write(file, i == 10 || i >= 64 ? Arrays.copyOf(png, 60) : png);
    }
    List<Object> rest =
        List.of("--reference", bright, "--inception", classifier, "--metrics", METRICS, "--json");
    List<Object> whole = new ArrayList<>(List.of("fid", "--generated", pictures));
    whole.addAll(rest);
    CommandRun one = CommandRun.done(whole.toArray());
    List<Object> files = shards("part", 3, pictures, "--metrics", METRICS);
    CommandRun merged = merge(files, rest.toArray());
    assertSame(one, merged, NUMBERS, 1e-5);
    assertTrue(merged.err().contains("7 of 70 images were left out"), merged.err());
    assertTrue(merged.out().contains("\"count\":63"), merged.out());
  }

  @Test
  void imagesOfSeveralSizesAreMeasuredWithAWarning() throws IOException {
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    Random random = new Random(4);
    for (int i = 0; i < 70; i++) {
      int size = 8 + i % 3;
      Files.write(
          pictures.resolve("%02d.png".formatted(i)),
          SampleGrid.png(SampleGrid.of(pixels(random, size * size, 255), 1, size, size, 3, 1, 0)));
    }
    Object[] rest = {"--reference", bright, "--inception", classifier, "--json"};
    List<Object> whole = new ArrayList<>(List.of("fid", "--generated", pictures));
    whole.addAll(List.of(rest));
    CommandRun one = CommandRun.done(whole.toArray());
    CommandRun merged = merge(shards("part", 2, pictures), rest);
    assertSame(one, merged, List.of("fid"), 1e-5);
    assertTrue(merged.err().contains("the images have several sizes"), merged.err());
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
    // Fewer samples than features: their covariance is singular.
    network = features;
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
            "fid", "--generated", dark, "--reference", saved, "--inception", classifier, "--json");
    double fid = Json.GSON.fromJson(same.out(), JsonObject.class).get("fid").getAsDouble();
    assertEquals(0, fid, 1e-6);
  }

  @Test
  void whatIsNotAllShardsOfOneMeasurementIsNamed() throws IOException {
    List<Object> files = shards("part", 3, dark);
    Object[] reference = {"--reference", bright, "--inception", classifier};
    assertRefused(merge(files.subList(1, 3), reference), "shard 2/3 is missing");
    assertRefused(merge(files.subList(0, 1), reference), "shards 0/3, 1/3 are missing");
    Path copy = Files.copy(file("part", 1), folder.resolve("copy.npz"));
    List<Object> doubled = new ArrayList<>(files);
    doubled.add(copy);
    assertRefused(merge(doubled, reference), "shard 1/3 is there twice", copy.toString());
    shard("other", 1, 3, bright);
    assertForeign(files, file("other", 1), "the content of --generated");
    shard("other-n", 1, 4, dark);
    assertForeign(files, file("other-n", 1), "the number of shards is 4, not 3");
    shard("other-metrics", 1, 3, dark, "--metrics", "kid");
    assertForeign(files, file("other-metrics", 1), "--metrics is kid, not ");
    network = features;
    shard("other-network", 1, 3, dark);
    assertForeign(files, file("other-network", 1), "the feature network is ");
    assertRefused(
        merge(files, "--reference", bright, "--inception", features),
        "another feature network",
        features.toString());
    Path statistics = folder.resolve("statistics.npz");
    CommandRun.done(
        "fid", "--reference", bright, "--inception", features, "--save-stats", statistics);
    assertRefused(merge(files, "--reference", statistics), "different feature networks");
    assertRefused(merge(List.of(dark), reference), dark.toString());
    Path absent = folder.resolve("absent.npz");
    assertRefused(merge(List.of(absent), reference), absent + ": no such file");
    assertRefused(
        merge(files, "--reference", bright, "--inception", classifier, "--metrics", "kid"),
        "without what kid needs");
    byte[] whole = Files.readAllBytes(file("part", 2));
    Files.write(file("part", 2), Arrays.copyOf(whole, whole.length / 2));
    assertRefused(merge(files, reference), file("part", 2).toString(), "damaged");
  }

  private static void assertForeign(List<Object> files, Path foreign, String what) {
    List<Object> mixed = List.of(files.get(0), foreign, files.get(2));
    assertRefused(
        merge(mixed, "--reference", bright, "--inception", classifier), foreign.toString(), what);
  }

  @Test
  void samplesOfAnotherSeedOrNumberAreForeign() {
    shard("part", 0, 2, run, "--count", 64, "--seed", 1);
    shard("part", 1, 2, run, "--count", 64, "--seed", 2);
    shard("few", 1, 2, run, "--count", 48, "--seed", 1);
    assertRefused(
        merge(List.of(file("part", 0), file("part", 1)), "--save-stats", folder.resolve("s.npz")),
        "--seed is 2, not 1");
    assertRefused(
        merge(List.of(file("part", 0), file("few", 1)), "--save-stats", folder.resolve("s.npz")),
        "--count is 48, not 64");
  }

  @Test
  void badShardsAreRefused() {
    for (String bad : List.of("3/3", "-1/3", "3", "a/b", "0/0")) {
      assertRefused(
          CommandRun.of(
              "fid",
              "--generated",
              dark,
              "--inception",
              classifier,
              "--shard",
              bad,
              "--output",
              folder.resolve("x.npz")),
          "'" + bad + "' is not I/N");
    }
    assertRefused(shard("part", 1, 8, dark), "200 rows make 7 batches of 32", "N up to 7");
    assertRefused(shard("part", 1, 2, dark, "--reference", bright), "--reference: does not go");
    assertRefused(
        CommandRun.of("fid", "--generated", dark, "--inception", classifier, "--shard", "1/2"),
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
    byte[] whole = samples("whole", "0/1");
    List<byte[]> parts = new ArrayList<>();
    for (int shard = 0; shard < of; shard++) {
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
    if (!shard.equals("0/1")) {
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
        "sample", "--run", run, "--count", 130, "--shard", "1/2", "--output", folder + "/png/");
    assertTrue(Files.exists(folder.resolve("png/000100.png")));
    assertTrue(Files.exists(folder.resolve("png/000129.png")));
    assertFalse(Files.exists(folder.resolve("png/000000.png")));
  }
}
