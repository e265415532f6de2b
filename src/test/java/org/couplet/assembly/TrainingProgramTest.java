package org.couplet.assembly;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
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
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.couplet.CommandRun;
import org.couplet.Couplet;
import org.couplet.SavedVariables;
import org.couplet.SmallExperiments;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.graph.Weight;
import org.couplet.model.ModelFactory;
import org.couplet.program.ScheduledValues;
import org.couplet.program.TrainingBatch;
import org.couplet.program.TrainingProgram;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.types.TFloat32;

@Tag("long")
class TrainingProgramTest {
  private final Path folder;

  TrainingProgramTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void compiledStepsEqualPlainSteps() throws IOException {
    // RematTest compiles one with two levels.
    Path config = SmallExperiments.write(folder, SmallExperiments.FLAT_UNET);
    for (String xla : new String[] {"STEP", "POINTWISE", "OFF"}) {
      CommandRun.done(
          "train",
          "--config",
          config,
          "--run",
          folder.resolve(xla),
          "--steps",
          10,
          "--set",
          "runtime.xla=" + xla,
          "--set",
          "run.log_every=1",
          "--set",
          "optimizer.adam={}");
    }
    compare("STEP");
    compare("POINTWISE");
  }

  private void compare(String xla) throws IOException {
    List<Double> compiled = losses(folder.resolve(xla));
    List<Double> plain = losses(folder.resolve("OFF"));
    assertEquals(10, plain.size());
    for (int step = 0; step < 10; step++) {
      assertEquals(plain.get(step), compiled.get(step), 1e-4 * plain.get(step), "step " + step);
    }
    Map<String, double[]> expected = SavedVariables.ofRun(folder.resolve("OFF"), 10);
    Map<String, double[]> actual = SavedVariables.ofRun(folder.resolve(xla), 10);
    double relative =
        SavedVariables.relativeDifference(expected, actual, weights(SmallExperiments.FLAT_UNET));
    assertTrue(relative < 1e-4, "relative difference of the weights " + relative);
  }

  @ParameterizedTest
  @CsvSource({"STEP, 1", "OFF, 0"})
  void aStepIsCompiledOnceIfAskedAndNeverElse(String xla, int compilations) throws Exception {
    // Every number that the driver feeds changes during these steps.
    Path config =
        SmallExperiments.write(
            folder, SmallExperiments.GAUSSIANS.replace("mu: 0.5", "mu: 0.5 mu_end: 0.2"));
    Path run = folder.resolve("run");
    Path dump = folder.resolve("dump");
    runWithDump(
        dump,
        List.of(
            "train",
            "--config",
            config.toString(),
            "--run",
            run.toString(),
            "--set",
            "optimizer.warmup_steps=20",
            "--set",
            "runtime.xla=" + xla));
    List<String> lines = Files.readAllLines(run.resolve("metrics.jsonl"));
    for (String number : new String[] {"num_levels", "mu", "learning_rate", "ema_decay"}) {
      assertTrue(lines.stream().map(line -> value(line, number)).distinct().count() > 2, number);
    }
    assertEquals(compilations, compiledModules(dump));
  }

  @Test
  void everyNumberCountsWhenItIsFed() throws IOException {
    double[] sigmas = {0.002, 0.5, 1, 2, 5, 10, 30, 50, 80};
    double[] fewer = {0.002, 40, 80, 80, 80, 80, 80, 80, 80};
    double[] others = sigmas.clone();
    others[4] = 7;
    Path model = build(SmallExperiments.GAUSSIANS);
    try (TrainingProgram program = TrainingProgram.load(model, 0)) {
      Outcome base = step(model, program, new ScheduledValues(1, sigmas, 9, 0.5, 1, 1e-3, 0.9));
      assertEquals(
          base, step(model, program, new ScheduledValues(1, sigmas, 9, 0.5, 1, 1e-3, 0.9)));
      assertNotEquals(
          base.loss(),
          step(model, program, new ScheduledValues(2, sigmas, 9, 0.5, 1, 1e-3, 0.9)).loss());
      assertNotEquals(
          base.loss(),
          step(model, program, new ScheduledValues(1, fewer, 3, 0.5, 1, 1e-3, 0.9)).loss());
      assertNotEquals(
          base.loss(),
          step(model, program, new ScheduledValues(1, others, 9, 0.5, 1, 1e-3, 0.9)).loss());
      assertNotEquals(
          base.loss(),
          step(model, program, new ScheduledValues(1, sigmas, 9, 0, 1, 1e-3, 0.9)).loss());
      // Only num_levels of the levels count: what pads them does not.
      double[] padded = fewer.clone();
      padded[5] = 60;
      assertEquals(
          step(model, program, new ScheduledValues(1, fewer, 3, 0.5, 1, 1e-3, 0.9)),
          step(model, program, new ScheduledValues(1, padded, 3, 0.5, 1, 1e-3, 0.9)));

      Outcome still = step(model, program, new ScheduledValues(1, sigmas, 9, 0.5, 1, 0, 0.9));
      assertEquals(base.loss(), still.loss());
      assertEquals(0, still.moved());
      Outcome twice = step(model, program, new ScheduledValues(1, sigmas, 9, 0.5, 1, 2e-3, 0.9));
      assertEquals(2 * base.moved(), twice.moved(), 1e-4 * twice.moved());
      assertEquals(0.1 * base.moved(), base.averageMoved(), 1e-3 * base.averageMoved());
      assertEquals(
          0,
          step(model, program, new ScheduledValues(1, sigmas, 9, 0.5, 1, 1e-3, 1)).averageMoved());
    }
  }

  @Test
  void theLossOfAStepIsWhatTrainingOnItReports() throws IOException {
    double[] sigmas = {0.002, 0.5, 1, 2, 5, 10, 30, 50, 80};
    ScheduledValues numbers = new ScheduledValues(1, sigmas, 9, 0.5, 1, 1e-3, 0.9);
    try (TrainingProgram program = TrainingProgram.load(build(SmallExperiments.GAUSSIANS), 0);
        TFloat32 batch =
            TFloat32.tensorOf(
                Shape.of(32, 2), data -> data.scalars().forEach(value -> value.setFloat(0.3f)))) {
      program.initialize(1);
      assertTrue(program.measuresLoss());
      double first = program.loss(TrainingBatch.of(batch), numbers, 0);
      double second = program.loss(TrainingBatch.of(batch), numbers, 1);
      assertNotEquals(first, second);
      assertEquals(first, program.loss(TrainingBatch.of(batch), numbers, 0));
      assertEquals(0, program.completedSteps());
      assertEquals(first, program.step(TrainingBatch.of(batch), numbers).loss(), 1e-5 * first);
    }
  }

  @Test
  void initialValuesAreThoseOfTheNetwork() throws IOException {
    // The generator has no weights of its own.
    Path model = build(SmallExperiments.independent(SmallExperiments.UNET));
    List<Map<String, double[]>> drawn = initial(model, 5, 5, 6);
    Map<String, double[]> variables = drawn.get(0);
    List<String> weights = weights(SmallExperiments.UNET);
    List<String> expected = new ArrayList<>(weights);
    weights.forEach(name -> expected.add("ema/" + name));
    network(SmallExperiments.UNET).stream()
        .filter(Weight::trainable)
        .forEach(weight -> expected.add("lion/m/" + weight.name()));
    expected.add("step");
    assertEquals(expected.stream().sorted().toList(), List.copyOf(variables.keySet()));
    for (String name : weights) {
      double[] value = SavedVariables.get(variables, name);
      assertArrayEquals(value, SavedVariables.get(variables, "ema/" + name), name);
    }
    for (Weight weight : network(SmallExperiments.UNET)) {
      assertEquals(weight.shape().size(), SavedVariables.get(variables, weight.name()).length);
    }
    for (Map.Entry<String, double[]> entry : variables.entrySet()) {
      if (entry.getKey().startsWith("lion/m/") || entry.getKey().equals("step")) {
        assertTrue(Arrays.stream(entry.getValue()).allMatch(x -> x == 0), entry.getKey());
      }
    }
    assertEquals(Optional.empty(), SavedVariables.firstDifference(variables, drawn.get(1)));
    assertTrue(SavedVariables.firstDifference(variables, drawn.get(2)).isPresent());
  }

  /** What one step from the initial values does; {@code moved} is the distance of the weights. */
  private record Outcome(double loss, double gradientNorm, double moved, double averageMoved) {}

  private Outcome step(Path model, TrainingProgram program, ScheduledValues numbers) {
    float[][] points = new float[32][2];
    for (int i = 0; i < 32; i++) {
      points[i] = new float[] {1 + 0.01f * i, i % 2 == 0 ? 1 : -1};
    }
    try (TFloat32 batch = TFloat32.tensorOf(StdArrays.ndCopyOf(points))) {
      assertEquals(Shape.of(32, 2), program.batchShape());
      Map<String, double[]> before = initial(program, model, 1);
      var metrics = program.step(TrainingBatch.of(batch), numbers);
      assertEquals(1, program.completedSteps());
      program.save(folder.resolve("after"));
      Map<String, double[]> after = SavedVariables.read(model, folder.resolve("after"));
      return new Outcome(
          metrics.loss(),
          metrics.gradientNorm(),
          distance(before, after, ""),
          distance(before, after, "ema/"));
    }
  }

  private static double distance(
      Map<String, double[]> before, Map<String, double[]> after, String prefix) {
    double sum = 0;
    for (String weight : weights(SmallExperiments.GAUSSIANS)) {
      double[] one = SavedVariables.get(before, prefix + weight);
      double[] other = SavedVariables.get(after, prefix + weight);
      for (int i = 0; i < one.length; i++) {
        sum += Math.pow(one[i] - other[i], 2);
      }
    }
    return Math.sqrt(sum);
  }

  private List<Map<String, double[]>> initial(Path model, long... seeds) {
    List<Map<String, double[]>> values = new ArrayList<>();
    try (TrainingProgram program = TrainingProgram.load(model, 0)) {
      for (long seed : seeds) {
        values.add(initial(program, model, seed));
      }
    }
    return values;
  }

  private Map<String, double[]> initial(TrainingProgram program, Path model, long seed) {
    program.initialize(seed);
    program.save(folder.resolve("initial"));
    return SavedVariables.read(model, folder.resolve("initial"));
  }

  private Path build(String text) throws IOException {
    Path model = folder.resolve("model");
    TrainingAssembly.write(experiment(text), model);
    return model;
  }

  private static Experiment experiment(String text) {
    return ExperimentFile.parse("experiment", text, List.of());
  }

  private static List<Weight> network(String text) {
    return ModelFactory.create(experiment(text)).network().weights();
  }

  private static List<String> weights(String text) {
    return network(text).stream().map(Weight::name).collect(Collectors.toList());
  }

  private static List<Double> losses(Path run) throws IOException {
    return Files.readAllLines(run.resolve("metrics.jsonl")).stream()
        .map(line -> Double.valueOf(value(line, "loss")))
        .toList();
  }

  private static String value(String line, String name) {
    return line.replaceAll(".*\"" + name + "\":([^,}]*).*", "$1");
  }

  // XLA writes each module that it compiles into a folder, if the environment names one before
  // the library is loaded: hence a process of its own.
  private static void runWithDump(Path dump, List<String> arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Couplet.class.getName()));
    command.addAll(arguments);
    Path output = Files.createDirectories(dump).resolveSibling("output.txt");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("XLA_FLAGS", "--xla_dump_to=" + dump + " --xla_dump_hlo_as_text");
    Process process = builder.redirectOutput(output.toFile()).start();
    try {
      assertTrue(process.waitFor(2, TimeUnit.MINUTES), "hangs");
      assertEquals(0, process.exitValue(), Files.readString(output));
    } finally {
      process.destroyForcibly();
    }
  }

  private static long compiledModules(Path dump) throws IOException {
    try (var files = Files.list(dump)) {
      return files.filter(file -> file.toString().endsWith("before_optimizations.txt")).count();
    }
  }
}
