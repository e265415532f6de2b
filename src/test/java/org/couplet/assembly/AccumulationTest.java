package org.couplet.assembly;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.couplet.SavedVariables;
import org.couplet.SmallExperiments;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.program.ScheduledValues;
import org.couplet.program.StepMetrics;
import org.couplet.program.TrainingBatch;
import org.couplet.program.TrainingProgram;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/** A batch that is worked off in parts trains as one that is not. */
@Tag("long")
class AccumulationTest {
  private static final int ROWS = 8;
  private static final int STEPS = 3;
  private static final String UNET =
      SmallExperiments.FLAT_UNET
          .replace("model_channels: 16", "model_channels: 8")
          .replace("batch_size: 4", "batch_size: " + ROWS)
          .replace("lion {}", "adam {}");
  // Couplings don't depend on the network.
  private static final String POINTS =
      SmallExperiments.GAUSSIANS.replace("batch_size: 32", "batch_size: " + ROWS);
  private static final String MU = "generator_induced { mu: 0.5 }";
  private static final String[] CLASSES = {"network.label_dim=3", "network.label_dropout=0.4"};
  private static final int[] LABELS = {0, 2, 1, 1, 0, 2, 2, 0};

  private final Path folder;

  AccumulationTest(@TempDir Path folder) {
    this.folder = folder;
  }

  // Of 8 rows in parts of 2, mu 0.6 chooses 5: estimated as 2, 2 and, beginning earlier, 2.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "independent {}",
        "generator_induced { mu: 0.6 mu_end: 0.4 }",
        "generator_induced { mu: 0.1 }",
        "generator_induced { mu: 0.5 weights: ONLINE rows: BERNOULLI }",
        "batch_ot {}",
        "pf_ode { run: 'score' }",
      })
  void partsTrainAsTheWhole(String coupling) throws IOException {
    assertPartsTrainAsTheWhole(POINTS.replace(MU, coupling));
  }

  @Test
  void partsTrainAsTheWholeWithDropoutAndPictures() throws IOException {
    assertPartsTrainAsTheWhole(UNET.replace(MU, "generator_induced { mu: 0.6 mu_end: 0.4 }"));
  }

  // Each part has its own rows' classes, and the draws that drop them.
  @ParameterizedTest
  @ValueSource(strings = {"generator_induced { mu: 0.6 mu_end: 0.4 }", "pf_ode { run: 'score' }"})
  void partsTrainAsTheWholeWithClasses(String coupling) throws IOException {
    assertPartsTrainAsTheWhole(UNET.replace(MU, coupling), CLASSES);
  }

  @Test
  void partsTrainAsTheWholeOnABridgeWithTheAveragesTeacher() throws IOException {
    assertPartsTrainAsTheWhole(
        POINTS.replace("levels {", "process { bridge {} } teacher: EMA levels {"));
  }

  @Test
  void partsTrainAsTheWholeWithoutACoupling() throws IOException {
    assertPartsTrainAsTheWhole(SmallExperiments.score(UNET), CLASSES);
  }

  @Test
  void compiledPartsTrainAsTheWhole() throws IOException {
    assertPartsTrainAsTheWhole(
        UNET.replace(MU, "generator_induced { mu: 0.6 }"), "runtime.xla=STEP");
  }

  @Test
  void theGraphDoesNotGrowWithTheParts() throws IOException {
    assertEquals(size(2), size(8));
  }

  private long size(int parts) throws IOException {
    Path file = build("size" + parts, UNET, parts).resolve("saved_model.pb");
    try (var in = Files.newInputStream(file)) {
      return SavedModel.parseFrom(in)
          .getMetaGraphs(0)
          .getGraphDef()
          .getLibrary()
          .getFunctionList()
          .stream()
          .mapToLong(function -> function.getNodeDefCount())
          .sum();
    }
  }

  private void assertPartsTrainAsTheWhole(String text, String... overrides) throws IOException {
    List<Outcome> whole = train("whole", text, 1, overrides);
    List<Outcome> parts = train("parts", text, 4, overrides);
    for (int step = 0; step < STEPS; step++) {
      Outcome one = whole.get(step);
      Outcome other = parts.get(step);
      double loss = one.metrics().loss();
      assertEquals(loss, other.metrics().loss(), 1e-5 * loss);
      double norm = one.metrics().gradientNorm();
      assertEquals(norm, other.metrics().gradientNorm(), 1e-5 * norm);
      // After the first step Adam's first moment is a tenth of the gradient.
      boolean points = text.contains("gaussians");
      for (String prefix :
          points
              ? new String[] {"adam/m/", "hidden", "output/", "ema/"}
              : new String[] {"adam/m/", "enc/", "dec/", "ema/"}) {
        double difference = difference(one.variables(), other.variables(), prefix);
        assertTrue(difference < 1e-5, prefix + " differs by " + difference + ", step " + step);
      }
    }
  }

  /** What a step gave, and the variables after it. */
  private record Outcome(StepMetrics metrics, Map<String, double[]> variables) {}

  private List<Outcome> train(String name, String text, int parts, String... overrides)
      throws IOException {
    Path model = build(name, text, parts, overrides);
    List<Outcome> outcomes = new ArrayList<>();
    try (TrainingProgram program = TrainingProgram.load(model, 0);
        TType batch =
            text.contains("gaussians")
                ? TFloat32.tensorOf(Shape.of(ROWS, 2), DataBuffers.of(points(), true, false))
                : TUint8.tensorOf(Shape.of(ROWS, 8, 8, 3), DataBuffers.of(pixels(), true, false))) {
      if (text.contains("pf_ode")) {
        program.initialize(7);
        program.save(folder.resolve("score"));
      }
      program.initialize(3);
      if (text.contains("pf_ode")) {
        program.loadScore(folder.resolve("score"));
      }
      double[] sigmas = new double[program.sigmasLength()];
      for (int i = 0; i < sigmas.length; i++) {
        sigmas[i] = 0.002 * Math.pow(40000, i / (sigmas.length - 1.0));
      }
      int[] noiseAssignment =
          program.takesNoiseAssignment()
              ? IntStream.range(0, ROWS).map(row -> (3 * row + 1) % ROWS).toArray()
              : new int[0];
      int[] labels = program.takesLabels() ? LABELS : new int[0];
      for (int step = 0; step < STEPS; step++) {
        StepMetrics metrics =
            program.step(
                new TrainingBatch(batch, labels, noiseAssignment),
                new ScheduledValues(3, sigmas, sigmas.length, 0.6, 1, 1e-3, 0.5));
        Path prefix = folder.resolve(name + step);
        program.save(prefix);
        outcomes.add(new Outcome(metrics, SavedVariables.read(model, prefix)));
      }
    }
    return outcomes;
  }

  private Path build(String name, String text, int parts, String... overrides) throws IOException {
    List<String> all = new ArrayList<>(List.of(overrides));
    all.add("optimizer.accumulate=" + parts);
    Experiment experiment = ExperimentFile.parse("experiment", text, all);
    Path model = folder.resolve(name);
    TrainingAssembly.write(experiment, model);
    return model;
  }

  private static byte[] pixels() {
    byte[] pixels = new byte[ROWS * 8 * 8 * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i * i % 251);
    }
    return pixels;
  }

  private static float[] points() {
    float[] points = new float[ROWS * 2];
    for (int i = 0; i < points.length; i++) {
      points[i] = i * i % 11 / 5f - 1;
    }
    return points;
  }

  private static double difference(
      Map<String, double[]> one, Map<String, double[]> other, String prefix) {
    return SavedVariables.relativeDifference(
        one, other, one.keySet().stream().filter(name -> name.startsWith(prefix)).toList());
  }
}
