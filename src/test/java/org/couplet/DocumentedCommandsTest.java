package org.couplet;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.inception.FrozenInception;
import org.couplet.npy.NpyType;
import org.couplet.npy.NpzWriter;
import org.couplet.study.Studies;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.ndarray.Shape;

/**
 * Every command that the documents show does its work, on small stand-ins for the files that it
 * names. What would take hours is made short: networks are narrow, and runs end after a step.
 */
@EnabledIfSystemProperty(
    named = "couplet.documents",
    matches = "true",
    disabledReason = "takes minutes; the profile slow runs it")
class DocumentedCommandsTest {
  private static final int IMAGES = 40;
  // CIFAR-10's.
  private static final List<String> CLASSES =
      List.of(
          "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");
  private static final Pattern PLACE =
      Pattern.compile(
          "(?:runs|data|models|savedmodels|studies)(?:/.*)?|[\\w.-]+(?:\\.(?:png|gif|npz|npy|zip|tar\\.gz|json|csv|pkl|safetensors)|/)");
  private static final Set<String> WRITTEN =
      Set.of("--output", "--sheet", "--save-stats", "--trace");
  private static final Set<String> ESSENTIAL =
      Set.of("--run", "--output", "--reference", "--batch", "--save-stats");
  private static final String START_FROM = "run.start_from=";
  private static final List<String> NARROW =
      List.of(
          "--set", "network.song_unet.model_channels=16",
          "--set", "network.song_unet.num_blocks=1",
          "--set", "run.batch_size=2",
          "--set", "runtime.xla=OFF");

  private static Path folder = Path.of("");
  private static int made;

  static Set<List<String>> commands() throws IOException {
    Set<List<String>> commands = new LinkedHashSet<>();
    for (Path document : Documents.all()) {
      Documents.commands(document).stream()
          .filter(DocumentedCommandsTest::isWhole)
          .forEach(commands::add);
    }
    return commands;
  }

  // Text also names a command with the one option that it is about, and some are for several
  // machines or shards at once.
  private static boolean isWhole(List<String> words) {
    return (words.get(0).equals("doctor") || words.stream().anyMatch(ESSENTIAL::contains))
        && words.stream().noneMatch(word -> word.matches("--cluster|--shard|--merge|.*[*$].*"));
  }

  @BeforeAll
  static void makeStandIns(@TempDir Path temporary) throws IOException {
    folder = temporary;
    photos(folder.resolve("photos.zip"));
    for (String name : List.of("mask.png", "a.png", "b.png")) {
      ImageIO.write(photo(new Random(name.hashCode())), "png", folder.resolve(name).toFile());
    }
    images(32, "data/cifar10.npy");
    images(64, "data/celeba64.npy");
    images(64, "data/photos.npy");
    imageNet();
    Path frozen = folder.resolve("inception.pb");
    Files.write(frozen, FrozenInception.graph(2).toByteArray());
    CommandRun.done(
        "inception", "--from", frozen, "--output", folder.resolve("savedmodels/inception"));
    Path unet = SmallExperiments.write(folder, SmallExperiments.FLAT_UNET);
    Path trained = train(unet, "runs/quickstart");
    for (String run :
        List.of(
            "small_gc",
            "celeba64_ic",
            "celeba64_gc",
            "photos",
            "a",
            "b",
            "ic",
            "gc",
            "ect",
            "cifar10_ic",
            "cifar10_gc",
            "cifar10_gc_noise")) {
      FolderContents.copy(trained, folder.resolve("runs").resolve(run));
    }
    train(
        SmallExperiments.write(folder, SmallExperiments.score(SmallExperiments.FLAT_UNET)),
        "runs/cifar10_score");
    narrow("quickstart_classes", "runs/kinds");
    narrow("cifar10_classes_gc", "runs/classes");
    narrow("quickstart", "runs/score", "score={}");
    FolderContents.copy(folder.resolve("runs/score"), folder.resolve("runs/imported"));
    narrow("cifar10_ect_edm", "runs/edm", "score={}", START_FROM);
    // What is in a file tells what it is, not its name.
    weights("runs/edm", "edm-cifar10-32x32-uncond-vp.pkl");
    weights("runs/score", "score.safetensors");
    CommandRun.done(
        "build",
        "--config",
        SmallExperiments.write(folder, SmallExperiments.FLAT_UNET),
        "--output",
        folder.resolve("program"));
    CommandRun.done(
        "export",
        "--run",
        folder.resolve("runs/quickstart"),
        "--output",
        folder.resolve("savedmodels/quickstart"));
    CommandRun.done(
        "sample",
        "--run",
        folder.resolve("runs/quickstart"),
        "--count",
        IMAGES,
        "--output",
        folder.resolve("samples.npz"));
  }

  private static void weights(String run, String file) throws IOException {
    Path weights = folder.resolve("weights.safetensors");
    CommandRun.done(
        "export", "--run", folder.resolve(run), "--format", "safetensors", "--output", weights);
    Files.move(weights, folder.resolve(file));
  }

  private static Path train(Path config, String name) {
    Path run = folder.resolve(name);
    CommandRun.done(
        "train",
        "--config",
        config,
        "--run",
        run,
        "--steps",
        1,
        "--set",
        "evaluation.sample_every=1");
    return run;
  }

  private static void narrow(String config, String name, String... overrides) {
    List<Object> words =
        new ArrayList<>(
            List.of("train", "--config", config, "--run", folder.resolve(name), "--steps", 1));
    words.addAll(NARROW);
    for (String override : overrides) {
      words.addAll(List.of("--set", override));
    }
    if (config.startsWith("cifar10")) {
      words.addAll(
          List.of("--set", "dataset.image_file.path=" + folder.resolve("data/cifar10.npy")));
    }
    CommandRun.done(words.toArray());
  }

  private static void images(int size, String file) {
    Path photos = folder.resolve("photos.zip");
    CommandRun.done("data", "--from", photos, "--size", size, "--output", folder.resolve(file));
  }

  private static void imageNet() throws IOException {
    Path pictures = Files.createDirectories(folder.resolve("data/imagenet/n01440764"));
    ImageIO.write(photo(new Random(1)), "png", pictures.resolve("1.png").toFile());
    Path batches = Files.createDirectories(folder.resolve("data/imagenet64"));
    Path first = batches.resolve("train_data_batch_1.npz");
    try (NpzWriter npz = new NpzWriter(Files.newOutputStream(first));
        OutputStream data = npz.begin("data", NpyType.U1, Shape.of(1, 3 * 64 * 64))) {
      byte[] values = new byte[3 * 64 * 64];
      new Random(1).nextBytes(values);
      data.write(values);
    }
  }

  private static void photos(Path file) throws IOException {
    Random random = new Random(1);
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (int i = 0; i < IMAGES; i++) {
        zip.putNextEntry(new ZipEntry("%s/%02d.png".formatted(CLASSES.get(i % 10), i)));
        ImageIO.write(photo(random), "png", zip);
      }
    }
  }

  private static BufferedImage photo(Random random) {
    BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
    for (int pixel = 0; pixel < 32 * 32; pixel++) {
      image.setRGB(pixel % 32, pixel / 32, random.nextInt());
    }
    return image;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("commands")
  void theCommandWorks(List<String> words) throws IOException {
    List<String> moved = moved(words);
    List<Object> arguments = new ArrayList<>(moved);
    arguments.addAll(shortened(moved));
    CommandRun run = CommandRun.done(arguments.toArray());
    assertTrue(run.err().lines().noneMatch(line -> line.contains("\tat ")), run.err());
  }

  // What is read lies among the stand-ins; what is written is new.
  private static List<String> moved(List<String> words) throws IOException {
    Path output = Files.createDirectories(folder.resolve("made/" + made++));
    boolean begins = words.get(0).equals("train") && !words.contains("--resume");
    List<String> moved = new ArrayList<>(words.subList(0, 1));
    String option = "";
    for (String word : words.subList(1, words.size())) {
      boolean written = WRITTEN.contains(option) || (begins && option.equals("--run"));
      if (begins && option.equals("--model")) {
        moved.add(folder.resolve("program").toString());
      } else {
        moved.add(moved(word.equals("DIR") ? "runs/quickstart" : word, written ? output : folder));
      }
      option = word;
    }
    return moved;
  }

  private static String moved(String word, Path to) {
    if (word.startsWith(START_FROM)) {
      return START_FROM + to.resolve(word.substring(START_FROM.length()));
    }
    List<String> parts = new ArrayList<>();
    for (String part : word.split(",", -1)) {
      // A folder's slash counts.
      String slash = part.endsWith("/") ? "/" : "";
      parts.add(PLACE.matcher(part).matches() ? to.resolve(part) + slash : part);
    }
    return String.join(",", parts);
  }

  private static List<String> shortened(List<String> words) throws IOException {
    List<String> more = new ArrayList<>();
    String command = words.get(0);
    if (words.contains("progress")) {
      return more; // It trains nothing.
    }
    if (command.equals("fid")) {
      int count = words.indexOf("--count") + 1;
      if (count > 0) {
        words.set(count, "100");
      } else if (words.get(words.indexOf("--generated") + 1).contains("runs/")) {
        more.addAll(List.of("--count", "100"));
      }
    }
    boolean runs = command.equals("train") || command.equals("study") || command.equals("bench");
    int config = words.indexOf("--config") + 1;
    if (runs && config > 0) {
      Experiment experiment = ExperimentFile.load(Path.of(words.get(config)), List.of());
      if (experiment.getNetwork().hasSongUnet()) {
        more.addAll(NARROW);
      }
      String start = experiment.getRun().getStartFrom();
      if (!start.isEmpty() && words.stream().noneMatch(word -> word.startsWith(START_FROM))) {
        more.addAll(List.of("--set", START_FROM + folder.resolve(start)));
      }
      if (experiment.getDataset().hasImageFile() && !words.contains("--data")) {
        boolean small = experiment.getDataset().getImageFile().getResolution() == 32;
        Path data = folder.resolve(small ? "data/cifar10.npy" : "data/celeba64.npy");
        more.addAll(List.of("--set", "dataset.image_file.path=" + data));
      }
    }
    if (command.equals("study")) {
      // Studies of points measure every 50 or 100 steps.
      unlessGiven(words, "--steps", config == 0 ? "100" : "2", more);
      unlessGiven(words, "--samples", "16", more);
      unlessGiven(words, "--seeds", "1", more);
      unlessGiven(words, "--output", folder.resolve("made/" + made++).toString(), more);
    } else if (runs && !words.contains("--dry-run")) {
      more.addAll(List.of("--steps", "2"));
    }
    return more;
  }

  private static void unlessGiven(
      List<String> words, String option, String value, List<String> more) {
    // A study refuses options that make no difference to it.
    boolean heeded =
        option.equals("--output")
            || Studies.named(words.get(1))
                .map(study -> study.options().contains(option.substring(2)))
                .orElse(true);
    if (heeded && !words.contains(option)) {
      more.addAll(List.of(option, value));
    }
  }
}
