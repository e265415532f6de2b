package org.couplet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.couplet.CommandRun;
import org.couplet.ForeignFeatures;
import org.couplet.command.ExitCode;
import org.couplet.features.RandomFeaturesAssembly;
import org.couplet.npy.NpyType;
import org.couplet.npy.NpyWriter;
import org.couplet.npy.NpzWriter;
import org.couplet.report.Json;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

/** {@code couplet fid} on arrays, with the random feature network. */
@Tag("long")
class FidCommandTest {
  private static final int IMAGES = 60;

  @TempDir private static Path shared = Path.of("");
  private static Path features = shared;
  private static Path dark = shared;
  private static Path bright = shared;

  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void prepare() throws IOException {
    features = shared.resolve("features");
    RandomFeaturesAssembly.write(features);
    dark = images(shared.resolve("dark.npy"), 1, IMAGES, 100);
    bright = images(shared.resolve("bright.npy"), 2, IMAGES, 255);
  }

  private static Path images(Path file, long seed, int count, int brightest) throws IOException {
    Random random = new Random(seed);
    try (NpyWriter out = new NpyWriter(file, Shape.of(16, 16, 3))) {
      for (int i = 0; i < count; i++) {
        byte[] pixels = new byte[16 * 16 * 3];
        for (int j = 0; j < pixels.length; j++) {
          pixels[j] = (byte) random.nextInt(brightest + 1);
        }
        out.write(pixels);
      }
    }
    return file;
  }

  private CommandRun fid(Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("fid", "--inception", features));
    arguments.addAll(List.of(more));
    return CommandRun.of(arguments.toArray());
  }

  private static CommandRun byForeign(Path network) {
    return CommandRun.of(
        "fid",
        "--generated",
        dark,
        "--reference",
        bright,
        "--inception",
        network,
        "--signature",
        "embed");
  }

  private static double number(CommandRun run, String name) {
    assertEquals(ExitCode.DONE, run.code(), run.toString());
    return Json.GSON.fromJson(run.out(), JsonObject.class).get(name).getAsDouble();
  }

  private void assertRefused(CommandRun refused, String... named) {
    assertEquals(ExitCode.BAD_INPUT, refused.code(), refused.toString());
    for (String part : named) {
      assertTrue(refused.err().contains(part), refused.err());
    }
    assertEquals("", refused.out());
  }

  @Test
  void imagesAreAtNoDistanceFromThemselves() {
    CommandRun run =
        fid(
            "--generated",
            dark,
            "--reference",
            dark,
            "--json",
            "--metrics",
            "fid,precision_recall");
    assertEquals(0, number(run, "fid"), 1e-9);
    assertEquals(1, number(run, "precision"));
    assertEquals(1, number(run, "recall"));
    assertEquals(2, run.out().split("\"count\":60", -1).length - 1, run.out());
  }

  @Test
  void differentImagesAreApart() {
    CommandRun run =
        fid(
            "--generated",
            dark,
            "--reference",
            bright,
            "--json",
            "--metrics",
            "fid,kid,precision_recall,fid_infinity");
    assertTrue(number(run, "fid") > 1, run.out());
    assertTrue(number(run, "kid") > 0, run.out());
    assertEquals(0, number(run, "precision"));
    assertEquals(0, number(run, "recall"));
    assertTrue(number(run, "fid_infinity") > 1, run.out());
  }

  @Test
  void whatIsNoFiniteNumberIsNoNumberInJson() {
    CommandRun run = fid("--generated", dark, "--reference", bright, "--json", "--metrics", "kid");
    // All images of both are one subset, whose mean has no error.
    JsonObject numbers = Json.GSON.fromJson(run.out(), JsonObject.class);
    assertFalse(numbers.has("kid_standard_error"));
    for (String name : List.of("kid", "kid_subsets", "kid_subset_size")) {
      assertTrue(numbers.getAsJsonPrimitive(name).isNumber(), name);
    }
  }

  @Test
  void anArrayIsChosenByTheOptionOfItsSide() throws IOException {
    Path file = folder.resolve("two.npz");
    try (NpzWriter npz = new NpzWriter(Files.newOutputStream(file))) {
      for (String name : List.of("x_train", "x_test")) {
        try (OutputStream out = npz.begin(name, NpyType.U1, Shape.of(2, 2, 2, 3))) {
          out.write(new byte[24]);
        }
      }
    }
    assertRefused(
        fid("--generated", dark, "--reference", file), "name one by a prefix (--reference-only)");
    assertRefused(
        fid("--generated", file, "--reference", dark), "name one by a prefix (--generated-only)");
  }

  @Test
  void theWholeProtocolIsPrintedWithTheNumber() {
    CommandRun run = fid("--generated", dark, "--reference", bright);
    List<String> lines = run.out().lines().toList();
    assertEquals("generated          " + dark + ": 60 images of 16 x 16", lines.get(0));
    assertTrue(lines.get(1).startsWith("reference          " + bright + ": 60 images"));
    assertTrue(
        lines
            .get(2)
            .matches("extractor          .*features: 368 features, SHA-256 [0-9a-f]{12}; .*"),
        lines.get(2));
    // Only Inception's is an FID.
    assertTrue(lines.get(2).endsWith("not comparable with FIDs"), lines.get(2));
    assertTrue(lines.get(3).matches("self test          \\d+ operations right.*"), lines.get(3));
    assertTrue(lines.get(4).matches("machine            .*TensorFlow .*"), lines.get(4));
    assertTrue(lines.get(5).matches("Frechet distance   [0-9.]+"), lines.get(5));
    assertEquals(6, lines.size());
    assertTrue(run.err().contains("60 images are fewer than the 368 features"), run.err());
    assertTrue(run.err().contains("images/s"), run.err());
  }

  @Test
  void savedStatisticsStandForTheirImages() {
    Path statistics = folder.resolve("dark.npz");
    assertEquals(ExitCode.DONE, fid("--reference", dark, "--save-stats", statistics).code());
    // With kid the images themselves are measured, whatever was kept of them.
    double direct =
        number(
            fid("--generated", bright, "--reference", dark, "--json", "--metrics", "fid,kid"),
            "fid");
    assertEquals(
        direct, number(fid("--generated", bright, "--reference", statistics, "--json"), "fid"), 0);
    // Two statistics need no network.
    Path other = folder.resolve("bright.npz");
    assertEquals(ExitCode.DONE, fid("--generated", bright, "--save-stats", other).code());
    CommandRun both =
        CommandRun.done("fid", "--generated", other, "--reference", statistics, "--json");
    assertEquals(direct, number(both, "fid"), 0);
    assertRefused(
        fid("--reference", statistics, "--save-stats", folder.resolve("again.npz")),
        "is statistics already; copy that file");
    assertRefused(
        fid("--generated", bright, "--reference", statistics, "--metrics", "kid"),
        "--metrics kid needs images, and these are statistics");
  }

  @Test
  void statisticsOfAnotherNetworkAreRefused() throws IOException {
    Path theirs = folder.resolve("theirs");
    writeStatistics(theirs.resolveSibling("theirs.npz"), 368, true);
    assertRefused(
        fid("--generated", dark, "--reference", folder.resolve("theirs.npz")),
        "are statistics of another feature network (010101010101)");
    writeStatistics(folder.resolve("unnamed.npz"), 368, false);
    CommandRun unnamed =
        fid("--generated", dark, "--reference", folder.resolve("unnamed.npz"), "--json");
    assertEquals(ExitCode.DONE, unnamed.code());
    assertTrue(unnamed.err().contains("does not say which network"), unnamed.err());
    writeStatistics(folder.resolve("small.npz"), 5, false);
    assertRefused(
        fid("--generated", dark, "--reference", folder.resolve("small.npz")),
        "has statistics of 5 features, but --inception");
  }

  // Of a standard normal law, as other tools write them.
  private static void writeStatistics(Path file, int dimension, boolean named) throws IOException {
    ByteBuffer sigma =
        ByteBuffer.allocate(dimension * dimension * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < dimension; i++) {
      sigma.putDouble((i * dimension + i) * Double.BYTES, 1);
    }
    try (NpzWriter npz = new NpzWriter(Files.newOutputStream(file))) {
      write(npz, "mu", NpyType.F8, Shape.of(dimension), new byte[dimension * Double.BYTES]);
      write(npz, "sigma", NpyType.F8, Shape.of(dimension, dimension), sigma.array());
      if (named) {
        byte[] hash = new byte[32];
        Arrays.fill(hash, (byte) 1);
        write(npz, "extractor_sha256", NpyType.U1, Shape.of(32), hash);
      }
    }
  }

  private static void write(NpzWriter npz, String name, NpyType type, Shape shape, byte[] bytes)
      throws IOException {
    try (OutputStream values = npz.begin(name, type, shape)) {
      values.write(bytes);
    }
  }

  @Test
  void aReferenceIsMeasuredOnce() throws IOException {
    // Never seen before, not even by an earlier run of this test.
    Path fresh = images(folder.resolve("fresh.npy"), new Random().nextLong(), 20, 200);
    CommandRun first = fid("--generated", dark, "--reference", fresh, "--json");
    CommandRun second = fid("--generated", dark, "--reference", fresh, "--json");
    assertFalse(first.err().contains("was measured before"), first.err());
    assertTrue(second.err().contains("reference: was measured before"), second.err());
    assertEquals(first.out(), second.out());
    // Other contents under the same name are other images.
    Files.delete(fresh);
    images(fresh, new Random().nextLong(), 20, 200);
    CommandRun third = fid("--generated", dark, "--reference", fresh, "--json");
    assertFalse(third.err().contains("was measured before"), third.err());
  }

  @Test
  void whatCannotBeMeasuredIsRefused() throws IOException {
    Path one = images(folder.resolve("one.npy"), 3, 1, 255);
    assertRefused(
        fid("--generated", one, "--reference", dark), "--generated: has 1 image, but fid needs");
    assertRefused(
        fid("--generated", dark, "--reference", one), "--reference: has 1 image, but fid needs");
    assertRefused(
        fid("--generated", dark, "--generated", bright, "--reference", dark),
        "--generated: given 2 times");
    assertRefused(
        fid("--reference", dark, "--save-stats", Files.createFile(folder.resolve("kept.npz"))),
        "already exists");
    assertRefused(fid("--generated", dark), "--reference is missing; usage:");
    assertRefused(fid("--generated", dark, "--metrics", "kid"), "--reference is missing");
    assertRefused(
        fid("--generated", dark, "--reference", bright, "--metrics", "fud"), "'fud' is not one of");
    assertRefused(fid("--generated", dark, "--metrics", "inception_score"), "has no logits");
    assertRefused(
        fid("--generated", dark, "--reference", bright, "--count", 5), "--count: is for models");
    assertRefused(
        fid("--generated", dark, "--reference", bright, "--best"), "--best: is for models");
    assertRefused(
        fid("--generated", dark, "--reference", features), "is a model; give it as --generated");
    assertRefused(
        fid("--generated", folder.resolve("absent"), "--reference", dark),
        "no such file or folder");
    assertRefused(
        CommandRun.of("fid", "--generated", dark, "--reference", bright),
        "--inception is missing",
        "tools/fetch-inception.sh makes savedmodels/inception",
        "couplet inception --from random --output savedmodels/random makes random features");
    assertRefused(
        fid("--generated", dark, "--reference", bright, "--reference-split", "half"),
        "--reference-split: 'half' is not train, test or all");
    assertRefused(
        fid("--generated", dark, "--reference", bright, "--signature", "pool"),
        "has no signature 'pool'");
    assertRefused(
        fid("--generated", features, "--reference", dark, "--generated-only", "a"),
        "--generated-only: is for images");
    assertRefused(
        fid("--reference", dark, "--save-stats", folder), "give the name of a file that ends in");
    assertRefused(
        fid("--reference", dark, "--save-stats", folder.resolve("a.npz"), "--count", 5),
        "--count: is for models, but --generated is missing");
    assertRefused(
        fid("--generated", features, "--reference", dark, "--best"),
        "--best and --checkpoint are for runs");
    assertRefused(
        CommandRun.of("fid", "--generated", dark, "--reference", dark, "--signature", "a"),
        "--signature: names a signature of --inception");
  }

  @Test
  void aMissingNetworkIsNoticedBeforeAnythingIsLoaded() throws IOException {
    // Loading it would find the damage.
    Path damaged = Files.createDirectories(folder.resolve("damaged"));
    Files.writeString(damaged.resolve("saved_model.pb"), "damaged");
    assertRefused(
        CommandRun.of("fid", "--generated", damaged, "--reference", dark),
        "--inception is missing");
    Path absent = folder.resolve("absent");
    assertRefused(
        CommandRun.of("fid", "--generated", damaged, "--reference", absent),
        "--reference " + absent + ": no such file");
    assertRefused(
        CommandRun.of("fid", "--generated", dark, "--reference", damaged),
        "--reference " + damaged + ": is a model; give it as --generated");
    assertRefused(
        CommandRun.of(
            "fid", "--generated", damaged, "--reference", dark, "--inception", folder + "/damagd"),
        "no feature network is there",
        "tools/fetch-inception.sh",
        "did you mean " + damaged + "?");
  }

  @Test
  void whatCannotBeKeptIsMeasuredAllTheSame() throws IOException {
    Path fresh = images(folder.resolve("fresh.npy"), new Random().nextLong(), 20, 200);
    double direct = number(fid("--generated", dark, "--reference", fresh, "--json"), "fid");
    Path kept = kept();
    Files.writeString(kept, "damaged");
    CommandRun again = fid("--generated", dark, "--reference", fresh, "--json");
    assertEquals(direct, number(again, "fid"), 0);
    assertTrue(again.err().contains("is measured again, as what was kept can't be read"));
    // And mended by that.
    CommandRun third = fid("--generated", dark, "--reference", fresh, "--json");
    assertTrue(third.err().contains("was measured before"), third.err());
  }

  // The newest file of statistics that are kept.
  private static Path kept() throws IOException {
    try (var files = Files.list(Path.of(System.getenv("XDG_CACHE_HOME"), "couplet"))) {
      return files.max(Comparator.comparing(file -> file.toFile().lastModified())).orElseThrow();
    }
  }

  @Test
  void aNetworkThatMixesImagesIsRefused() throws IOException {
    Path network = folder.resolve("mixing");
    ForeignFeatures.write(
        network,
        Shape.of(-1, 16, 16, 3),
        (tf, images) ->
            tf.reshape(
                tf.math.mean(images, tf.constant(new int[] {0, 1, 2})),
                tf.constant(new int[] {-1, 3})));
    assertRefused(byForeign(network), "makes 3 values of 32 images, not 3 each");
  }

  @Test
  void aNetworkThatFailsIsOneLine() throws IOException {
    Path network = folder.resolve("failing");
    // Declared for any size, but made for 8 x 8.
    ForeignFeatures.write(
        network,
        Shape.of(-1, -1, -1, 3),
        (tf, images) -> tf.reshape(images, tf.constant(new int[] {50, 192})));
    CommandRun refused = byForeign(network);
    assertRefused(refused, "fails on images of shape [32, 16, 16, 3]");
    assertEquals(1, refused.err().lines().filter(line -> line.startsWith("couplet")).count());
  }

  @Test
  void aDamagedArrayIsRefused() throws IOException {
    Path file = folder.resolve("samples.npz");
    try (NpzWriter npz = new NpzWriter(Files.newOutputStream(file))) {
      write(npz, "arr_0", NpyType.U1, Shape.of(60, 16, 16, 3), new byte[60 * 16 * 16 * 3]);
    }
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    assertRefused(
        fid("--generated", file, "--reference", dark),
        "[arr_0]: damaged or cut off (its checksum is wrong)");
  }

  @Test
  void featuresThatAreNoNumbersAreRefused() throws IOException {
    Path network = folder.resolve("logarithms");
    // The mean of the logarithms of pixels, some of which are 0, less that again.
    ForeignFeatures.write(
        network,
        Shape.of(-1, -1, -1, 3),
        (tf, images) -> {
          var logarithms = tf.math.mean(tf.math.log(images), tf.constant(new int[] {1, 2}));
          return tf.math.sub(logarithms, logarithms);
        });
    CommandRun refused = byForeign(network);
    assertRefused(refused, "gives features that are not finite numbers");
    assertFalse(refused.err().contains("a fault of couplet"), refused.err());
  }

  @Test
  void corruptAndOddPicturesAreCountedOut() throws IOException {
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    for (int i = 0; i < 5; i++) {
      BufferedImage image =
          new BufferedImage(
              16 + i % 2, 16, i == 0 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
      image.setRGB(i, i, 0xffffff);
      ImageIO.write(image, "png", pictures.resolve(i + ".png").toFile());
    }
    Files.writeString(pictures.resolve("5.png"), "no picture");
    CommandRun run = fid("--generated", pictures, "--reference", dark, "--json");
    assertTrue(run.out().contains("pictures\",\"count\":5}"), run.out());
    assertTrue(run.err().contains("1 of 6 images left out"), run.err());
    assertTrue(run.err().contains("5 images of 2 sizes"), run.err());
    assertTrue(run.err().contains("1 of 5 images grey"), run.err());
    assertRefused(
        fid("--generated", pictures, "--reference", dark, "--strict"),
        "5.png: text, which is not read");
    // As a reference it is measured once, but what was left out is said again.
    fid("--generated", dark, "--reference", pictures);
    CommandRun kept = fid("--generated", dark, "--reference", pictures);
    assertTrue(kept.err().contains("was measured before"), kept.err());
    assertTrue(kept.err().contains("1 of 6 images were left out"), kept.err());
    assertRefused(
        fid("--generated", dark, "--reference", pictures, "--strict"),
        "1 of 6 images were left out; leave --strict out");
  }
}
