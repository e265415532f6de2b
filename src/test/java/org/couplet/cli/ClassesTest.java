package org.couplet.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.couplet.CommandRun;
import org.couplet.Generator;
import org.couplet.Npz;
import org.couplet.SavedVariables;
import org.couplet.SmallExperiments;
import org.couplet.command.SamplingOptions;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.program.SamplingProgram;
import org.couplet.program.ScheduledValues;
import org.couplet.program.TrainingBatch;
import org.couplet.program.TrainingProgram;
import org.couplet.run.CheckpointChoice;
import org.couplet.run.RunFolder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/** Models of pictures with three classes: train, resume, sample, guide, export. */
@Tag("long")
class ClassesTest {
  private static final String TEXT =
      SmallExperiments.FLAT_UNET.replaceFirst(
          "network \\{", "network { label_dim: 3 label_dropout: 0.2 ");

  @TempDir private static Path shared = Path.of("");

  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void trainAndExport() throws IOException {
    train("run", TEXT, 6);
    train("score", SmallExperiments.score(TEXT), 4);
    for (String name : List.of("run", "score")) {
      CommandRun.done("export", "--run", shared.resolve(name), "--output", export(name));
    }
  }

  private static void train(String name, String text, int steps) throws IOException {
    Path config = SmallExperiments.write(shared, text);
    CommandRun.done("train", "--config", config, "--run", shared.resolve(name), "--steps", steps);
  }

  private static Path export(String name) {
    return shared.resolve(name + "-export");
  }

  private Map<String, Npz.Array> samples(String source, Path model, Object... more) {
    Path file = folder.resolve("samples.npz");
    List<Object> arguments =
        new ArrayList<>(List.of("sample", source, model, "--output", file, "--overwrite"));
    arguments.addAll(Arrays.asList(more));
    CommandRun.done(arguments.toArray());
    return Npz.read(file);
  }

  private static int[] labels(Map<String, Npz.Array> samples) {
    return Npz.get(samples, "labels").ints();
  }

  private static byte[] pixels(Map<String, Npz.Array> samples) {
    int[] values = Npz.get(samples, "arr_0").ints();
    byte[] pixels = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      pixels[i] = (byte) values[i];
    }
    return pixels;
  }

  @Test
  void theRunKnowsItsClasses() throws IOException {
    String config = Files.readString(shared.resolve("run/config.textproto"));
    assertTrue(config.contains("\"triangle\""), config);
  }

  @Test
  void aResumedRunIsAStraightOne() throws IOException {
    Path config = SmallExperiments.write(folder, TEXT);
    Path run = folder.resolve("resumed");
    CommandRun.done("train", "--config", config, "--run", run, "--steps", 3);
    CommandRun.done("train", "--run", run, "--resume", "--steps", 6);
    // Given again, the config is still the run's own.
    CommandRun.done("train", "--config", config, "--run", run, "--resume", "--steps", 6);
    Map<String, double[]> straight = variables(shared.resolve("run"));
    Map<String, double[]> resumed = variables(run);
    assertEquals(straight.keySet(), resumed.keySet());
    assertTrue(straight.containsKey("map_label/weight"));
    straight.forEach((name, values) -> assertArrayEquals(values, resumed.get(name), name));
  }

  private static Map<String, double[]> variables(Path run) {
    return SavedVariables.read(run.resolve("program"), run.resolve("checkpoints/step-6"));
  }

  @Test
  void samplesAreOfTheClassesAskedForInTurn() {
    Path run = shared.resolve("run");
    assertArrayEquals(
        new int[] {0, 1, 2, 0, 1}, labels(samples("--run", run, "--count", 5, "--class", "all")));
    assertArrayEquals(
        new int[] {2, 0, 2}, labels(samples("--run", run, "--count", 3, "--class", "triangle,0")));
    byte[] discs = pixels(samples("--run", run, "--count", 2, "--class", "disc"));
    byte[] squares = pixels(samples("--run", run, "--count", 2, "--class", "square"));
    assertFalse(Arrays.equals(discs, squares), "the class makes no difference");
  }

  @Test
  void classesAreListedByNumber() {
    Path run = shared.resolve("run");
    String names = String.join(System.lineSeparator(), "0 disc", "1 square", "2 triangle");
    assertEquals(names, CommandRun.done("sample", "--run", run, "--class", "list").out().strip());
    CommandRun plain = CommandRun.of("sample", "--run", run, "--class", "disc");
    assertTrue(plain.err().contains("--count is missing, --output is missing"), plain.err());
    CommandRun countless =
        CommandRun.of("sample", "--run", run, "--class", "list", "--output", "a.png");
    assertTrue(countless.err().contains("--count is missing"), countless.err());
    String help = CommandRun.done("sample", "--help").out();
    assertTrue(help.contains("couplet sample --model DIR --class list [options]"), help);
    // A class may have that name.
    CommandRun drawn =
        CommandRun.of(
            "sample", "--run", run, "--class", "list", "--count", 1, "--output", "no/such.npz");
    assertEquals("", drawn.out());
    assertTrue(drawn.err().contains("'list' is not a class; give disc"), drawn.err());
  }

  @Test
  void hintsAfterTrainingDrawALineOfEachClass() throws IOException {
    RunFolder run = new RunFolder(shared.resolve("run"));
    Experiment experiment = ExperimentFile.load(run.config(), List.of());
    List<String> next = TrainCommand.nextCommands(experiment, run);
    assertEquals(2, next.size());
    next.forEach(line -> assertTrue(line.contains(" --count 64 --class all "), line));
    Experiment.Builder many = experiment.toBuilder();
    many.getNetworkBuilder().setLabelDim(1000);
    // A grid of 64 has no line for each.
    TrainCommand.nextCommands(many.build(), run)
        .forEach(line -> assertFalse(line.contains("--class"), line));
  }

  /** What is said about the classes of samples where none are asked for. */
  static Optional<String> drawn(SamplingProgram program) {
    return new SamplingOptions(
            new CheckpointChoice(false, OptionalLong.empty()),
            0,
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty())
        .classesDrawn(program);
  }

  @Test
  void classesAreDrawnAsOftenAsInTheData() throws IOException {
    // Of the 50 pictures.
    int[] counts = new int[3];
    String config = Files.readString(shared.resolve("run/config.textproto"));
    String[] parts = config.split("class_counts: ", -1);
    for (int i = 0; i < 3; i++) {
      counts[i] = Integer.parseInt(parts[i + 1].split("\n", 2)[0].strip());
    }
    assertEquals(50, IntStream.of(counts).sum());
    int[] drawn = new int[3];
    int rows = 20_000;
    try (SamplingProgram program = SamplingProgram.load(export("run"), 0)) {
      assertEquals(Optional.of("classes as in the data"), drawn(program));
      int[] labels = program.start(5, 0, rows).labels();
      IntStream.of(labels).forEach(label -> drawn[label]++);
      assertArrayEquals(Arrays.copyOfRange(labels, 100, 120), program.start(5, 100, 20).labels());
    }
    for (int i = 0; i < 3; i++) {
      double share = counts[i] / 50.0;
      assertEquals(share, (double) drawn[i] / rows, 4 * Math.sqrt(share * (1 - share) / rows));
    }
  }

  @Test
  void exportAndApiMakeTheRunsSamples() throws IOException {
    byte[] expected =
        pixels(samples("--run", shared.resolve("run"), "--count", 4, "--class", "disc,triangle"));
    assertArrayEquals(
        expected,
        pixels(samples("--model", export("run"), "--count", 4, "--class", "disc,triangle")));
    try (Generator generator = Generator.load(export("run"))) {
      assertEquals(List.of("disc", "square", "triangle"), generator.classes());
      assertArrayEquals(expected, generator.samplePixels(4, 0, List.of("disc", "triangle")));
    }
    assertArrayEquals(expected, called(export("run"), new int[] {0, 2, 0, 2}));
  }

  // As another program would, by the signature `sample`.
  private static byte[] called(Path export, int[] labels) {
    try (SavedModelBundle model = SavedModelBundle.load(export.toString(), "serve");
        TInt64 seed = TInt64.scalarOf(0);
        TInt64 count = TInt64.scalarOf(labels.length);
        TFloat32 sigmas = TFloat32.vectorOf(80);
        TInt32 classes = TInt32.vectorOf(labels);
        Result result =
            model
                .function("sample")
                .call(Map.of("seed", seed, "count", count, "sigmas", sigmas, "labels", classes))) {
      TUint8 images = (TUint8) result.get("images").orElseThrow();
      byte[] pixels = new byte[(int) images.size()];
      images.asRawTensor().data().read(pixels);
      return pixels;
    }
  }

  @Test
  void aScoreModelIsGuided() {
    Path export = export("score");
    Object[] few = {"--count", 2, "--steps", 3, "--class", "square"};
    byte[] plain = pixels(samples("--model", export, few));
    try (SamplingProgram program = SamplingProgram.load(export, 0)) {
      List<Double> sigmas = List.of(80.0, 1.0);
      SamplingProgram squares = program.with((seed, first, count) -> filled(count, 1));
      SamplingProgram unknown = program.with((seed, first, count) -> filled(count, -1));
      assertArrayEquals(floats(squares, sigmas), floats(squares.guided(1), sigmas), 1e-4f);
      assertArrayEquals(floats(unknown, sigmas), floats(squares.guided(0), sigmas), 1e-4f);
      assertFalse(Arrays.equals(floats(squares, sigmas), floats(unknown, sigmas)));
    }
    List<Object> guided = new ArrayList<>(Arrays.asList(few));
    guided.addAll(List.of("--guidance", 3));
    assertFalse(Arrays.equals(plain, pixels(samples("--model", export, guided.toArray()))));
    CommandRun refused =
        CommandRun.of(
            "sample",
            "--model",
            export("run"),
            "--count",
            2,
            "--guidance",
            2,
            "--output",
            folder.resolve("x.npz"));
    assertEquals(2, refused.code());
    assertTrue(refused.err().contains("--guidance: is for score models"), refused.err());
    CommandRun infinite =
        CommandRun.of(
            "sample",
            "--model",
            export,
            "--count",
            1,
            "--guidance",
            "1e39",
            "--output",
            folder.resolve("x.npz"));
    assertEquals(2, infinite.code());
    assertTrue(infinite.err().contains("--guidance: 1.0E39 is not a finite"), infinite.err());
  }

  private static int[] filled(int count, int label) {
    int[] labels = new int[count];
    Arrays.fill(labels, label);
    return labels;
  }

  private static float[] floats(SamplingProgram program, List<Double> sigmas) {
    try (TFloat32 samples = program.samples(3, 0, 2, sigmas)) {
      float[] values = new float[(int) samples.size()];
      samples.asRawTensor().data().asFloats().read(values);
      return values;
    }
  }

  @Test
  void rowsWhoseClassIsDroppedAreTrainedAsOfNone() throws IOException {
    assertEquals(loss("0", 0, 2), loss("0", 0, 2));
    assertNotEquals(loss("0", 0, 2), loss("0", -1, -1));
    assertEquals(loss("0.9999999", -1, -1), loss("0.9999999", 0, 2));
  }

  private double loss(String dropout, int first, int second) throws IOException {
    Path config =
        SmallExperiments.write(
            folder, TEXT.replace("label_dropout: 0.2", "label_dropout: " + dropout));
    Path model = folder.resolve("program" + dropout);
    if (!Files.exists(model)) {
      CommandRun.done("build", "--config", config, "--output", model);
    }
    double[] sigmas = {0.002, 0.5, 1, 2, 5, 10, 30, 50, 80};
    try (TrainingProgram program = TrainingProgram.load(model, 0);
        TUint8 batch =
            TUint8.tensorOf(
                Shape.of(4, 8, 8, 3), DataBuffers.of(new byte[4 * 8 * 8 * 3], true, false))) {
      // New weights hardly look at the class.
      program.restore(shared.resolve("run/checkpoints/step-6"));
      return program.loss(
          new TrainingBatch(batch, new int[] {first, second, first, second}, new int[0]),
          new ScheduledValues(1, sigmas, 9, 0.5, 1, 1e-3, 0.9),
          0);
    }
  }

  @Test
  void editedImagesHaveTheClassesAskedForInTurn() throws IOException {
    Path images = folder.resolve("images.npz");
    CommandRun.done("sample", "--run", shared.resolve("run"), "--count", 2, "--output", images);
    double[] turn = edited(images, "--class", "square,disc");
    double[] first = edited(images, "--class", "square");
    double[] second = edited(images, "--class", "disc");
    int size = turn.length / 2;
    assertArrayEquals(Arrays.copyOf(turn, size), Arrays.copyOf(first, size), 1e-5);
    assertArrayEquals(
        Arrays.copyOfRange(turn, size, 2 * size), Arrays.copyOfRange(second, size, 2 * size), 1e-5);
    assertFalse(Arrays.equals(first, second));
    CommandRun refused =
        CommandRun.of(
            "edit",
            "denoise",
            "--model",
            export("run"),
            "--from",
            images,
            "--sigma",
            1,
            "--output",
            folder.resolve("refused.npz"));
    assertEquals(2, refused.code());
    assertTrue(refused.err().contains("--class: is missing"), refused.err());
  }

  private double[] edited(Path images, Object... more) {
    Path file = folder.resolve("edited.npz");
    List<Object> arguments =
        new ArrayList<>(
            List.of("edit", "denoise", "--model", export("run"), "--from", images, "--sigma", 1));
    arguments.addAll(List.of("--output", file, "--overwrite"));
    arguments.addAll(Arrays.asList(more));
    CommandRun.done(arguments.toArray());
    return Npz.get(Npz.read(file), "arr_0").doubles();
  }
}
