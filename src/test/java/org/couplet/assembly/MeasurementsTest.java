package org.couplet.assembly;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.couplet.SavedVariables;
import org.couplet.SmallExperiments;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.consistency.ConsistencyLoss;
import org.couplet.consistency.ConsistencyLoss.LevelledPair;
import org.couplet.consistency.Coupling;
import org.couplet.consistency.Levels;
import org.couplet.graph.Evaluation;
import org.couplet.graph.Weight;
import org.couplet.graph.Weights;
import org.couplet.layer.Dropout;
import org.couplet.model.ModelFactory;
import org.couplet.network.Labels;
import org.couplet.program.CoupledPoints;
import org.couplet.program.ScheduledValues;
import org.couplet.program.StepMetrics;
import org.couplet.program.TrainingBatch;
import org.couplet.program.TrainingPairs;
import org.couplet.program.TrainingProgram;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TUint8;

/** What a program tells of its pairs and gradients, against what they must be. */
@Tag("long")
class MeasurementsTest {
  private static final int ROWS = 8;
  private static final ScheduledValues NUMBERS =
      new ScheduledValues(
          9, new double[] {0.002, 0.3, 1, 2, 5, 10, 30, 50, 80}, 9, 0.5, 1, 1e-3, 0.9);

  private final Path folder;

  MeasurementsTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void pairCostsAreTheDistancesWithinThePairsOfTheStep() throws IOException {
    int rows = 4;
    int values = 8 * 8 * 3;
    Path model =
        build(
            """
            dataset { procedural { resolution: 8 } horizontal_flip: true }
            network { song_unet { model_channels: 4 channel_mult: 1 num_blocks: 1 } }
            consistency { levels { constant { count: 2 } } coupling { batch_ot {} } }
            run { batch_size: 4 }
            """);
    byte[] pixels = new byte[rows * values];
    new Random(1).nextBytes(pixels);
    ScheduledValues numbers = new ScheduledValues(5, new double[] {0.5, 1}, 2, 0, 1, 1e-3, 0.9);
    int[] identity = {0, 1, 2, 3};
    int[] others = {2, 2, 0, 1};
    boolean[] mirrored = new boolean[2];
    try (TrainingProgram program = TrainingProgram.load(model, 0);
        TUint8 batch = TUint8.tensorOf(Shape.of(rows, 8, 8, 3))) {
      batch.asRawTensor().data().write(pixels);
      program.initialize(1);
      assertTrue(program.takesNoiseAssignment());
      for (int step = 0; step < 3; step++) {
        float[] costs = program.pairCosts(batch, 5, step);
        float[][] pair = pair(program, batch, identity, numbers);
        float[][] other = pair(program, batch, others, numbers);
        // low = x + z / 2 and high = x + z.
        double[] x = new double[rows * values];
        double[] z = new double[rows * values];
        for (int i = 0; i < x.length; i++) {
          z[i] = 2.0 * (pair[1][i] - pair[0][i]);
          x[i] = pair[1][i] - z[i];
        }
        for (int i = 0; i < rows; i++) {
          mirrored[mirrored(x, pixels, i) ? 1 : 0] = true;
          for (int j = 0; j < rows; j++) {
            double expected = 0;
            for (int v = 0; v < values; v++) {
              expected += Math.pow(x[i * values + v] - z[j * values + v], 2);
            }
            assertEquals(expected, costs[i * rows + j], 1e-5 * expected);
          }
          for (int v = 0; v < values; v++) {
            double point = x[i * values + v] + 0.5 * z[others[i] * values + v];
            assertEquals(point, other[0][i * values + v], 1e-5);
          }
        }
        program.step(new TrainingBatch(batch, new int[0], others), numbers);
      }
      assertArrayEquals(new boolean[] {true, true}, mirrored, "mirrored and not");
    }
  }

  @Test
  void gradientVarianceIsThatOfTheRowsGradients() throws IOException {
    Experiment experiment =
        experiment(
            SmallExperiments.GAUSSIANS
                .replace("levels {", "teacher: EMA levels {")
                .replace("batch_size: 32", "batch_size: 8")
                .replace("sample_every: 0", "gradient_variance_every: 1"));
    Path model = build(experiment);
    try (TrainingProgram program = TrainingProgram.load(model, 1);
        TFloat32 batch = points()) {
      assertTrue(program.measuresGradientVariance());
      program.initialize(1);
      // The average must not be the weights.
      for (int step = 0; step < 5; step++) {
        program.step(TrainingBatch.of(batch), NUMBERS);
      }
      program.save(folder.resolve("now"));
      double measured = program.gradientVariance(TrainingBatch.of(batch), NUMBERS);
      List<float[]> rows = rowGradients(experiment, model, program, batch);
      StepMetrics metrics = program.step(TrainingBatch.of(batch), NUMBERS);

      double meanSquare = 0;
      double loss = 0;
      double[] mean = new double[rows.get(0).length - 1];
      for (float[] row : rows) {
        loss += row[mean.length] / ROWS;
        for (int i = 0; i < mean.length; i++) {
          meanSquare += (double) row[i] * row[i] / ROWS;
          mean[i] += (double) row[i] / ROWS;
        }
      }
      double norm = Math.sqrt(Arrays.stream(mean).map(x -> x * x).sum());
      assertEquals(meanSquare - norm * norm, measured, 1e-3 * measured);
      // What was measured is what the step then does.
      assertEquals(metrics.loss(), loss, 1e-4 * loss);
      assertEquals(metrics.gradientNorm(), norm, 1e-4 * norm);
    }
  }

  @Test
  void rowsOfOneAndTheSamePairHaveNoVariance() throws IOException {
    Path model =
        build(
            """
            dataset { gaussians {} }
            network { mlp { depth: 2 width: 16 } }
            consistency { levels { constant { count: 2 } } coupling { batch_ot {} } }
            run { batch_size: 8 }
            evaluation { gradient_variance_every: 1 }
            """);
    ScheduledValues numbers = new ScheduledValues(5, new double[] {0.5, 1}, 2, 0, 1, 1e-3, 0.9);
    int[] different = new int[ROWS];
    Arrays.setAll(different, i -> i);
    float[] same = new float[2 * ROWS];
    Arrays.fill(same, 1);
    try (TrainingProgram program = TrainingProgram.load(model, 0);
        TFloat32 batch = tensor(same)) {
      program.initialize(1);
      double nothing =
          program.gradientVariance(new TrainingBatch(batch, new int[0], new int[ROWS]), numbers);
      double some =
          program.gradientVariance(new TrainingBatch(batch, new int[0], different), numbers);
      double square =
          Math.pow(
              program
                  .step(new TrainingBatch(batch, new int[0], new int[ROWS]), numbers)
                  .gradientNorm(),
              2);
      assertEquals(0, nothing, 1e-5 * square);
      assertTrue(some > 0.01 * square, some + " of " + square);
    }
  }

  @Test
  void coupledPointsShareTheirNoise() throws IOException {
    Experiment experiment =
        experiment(SmallExperiments.GAUSSIANS.replace("batch_size: 32", "batch_size: 8"));
    Path model = build(experiment);
    ConsistencyLoss loss = loss(experiment);
    try (TrainingProgram program = TrainingProgram.load(model, 0);
        TFloat32 batch = points()) {
      assertFalse(program.measuresGradientVariance());
      program.initialize(1);
      for (int step = 0; step < 5; step++) {
        program.step(TrainingBatch.of(batch), NUMBERS);
      }
      program.save(folder.resolve("now"));
      CoupledPoints points = program.coupledPoints(TrainingBatch.of(batch), 3, 4, 1.5);
      assertArrayEquals(floats(batch), points.data());
      List<Evaluation.Input> inputs = new ArrayList<>(weights(experiment, model, "ema/"));
      inputs.add(new Evaluation.Input(Shape.of(ROWS, 2), points.points()));
      float[] sigma = new float[ROWS];
      Arrays.fill(sigma, 1.5f);
      inputs.add(new Evaluation.Input(Shape.of(ROWS), sigma));
      List<Weight> weights = loss.function().network().weights();
      float[] estimate =
          Evaluation.of(
                  false,
                  inputs,
                  (tf, in) ->
                      List.of(
                          loss.function()
                              .apply(
                                  tf,
                                  Weights.of(weights, in.subList(0, weights.size())),
                                  in.get(weights.size()),
                                  in.get(weights.size() + 1),
                                  Labels.none(),
                                  Dropout.none())))
              .get(0);
      for (int i = 0; i < 2 * ROWS; i++) {
        double noise = 1.5 * points.noise()[i];
        assertEquals(points.data()[i] + noise, points.points()[i], 1e-5);
        assertEquals(estimate[i], points.xHat()[i], 1e-5);
        assertEquals(estimate[i] + noise, points.inducedPoints()[i], 1e-5);
      }
      assertFalse(
          Arrays.equals(
              points.noise(), program.coupledPoints(TrainingBatch.of(batch), 3, 5, 1.5).noise()));
    }
  }

  // One backward pass a row, in one graph: the flat gradient of each, and the row's loss after it.
  private List<float[]> rowGradients(
      Experiment experiment, Path model, TrainingProgram program, TFloat32 batch) {
    List<Weight> weights = ModelFactory.create(experiment).network().weights();
    List<Evaluation.Input> inputs = new ArrayList<>(weights(experiment, model, ""));
    inputs.addAll(weights(experiment, model, "ema/"));
    try (TrainingPairs pairs = program.pairs(TrainingBatch.of(batch), NUMBERS)) {
      inputs.add(new Evaluation.Input(Shape.of(ROWS, 2), floats(pairs.low())));
      inputs.add(new Evaluation.Input(Shape.of(ROWS, 2), floats(pairs.high())));
      inputs.add(new Evaluation.Input(Shape.of(ROWS), pairs.sigmaLow()));
      inputs.add(new Evaluation.Input(Shape.of(ROWS), pairs.sigmaHigh()));
    }
    ConsistencyLoss loss = loss(experiment);
    int count = weights.size();
    return Evaluation.of(
        false,
        inputs,
        (tf, in) -> {
          List<Operand<TFloat32>> online = in.subList(0, count);
          List<Operand<TFloat32>> rows = new ArrayList<>();
          for (int row = 0; row < ROWS; row++) {
            LevelledPair pair =
                new LevelledPair(
                    new Coupling.Pair(
                        row(tf, in.get(2 * count), row), row(tf, in.get(2 * count + 1), row)),
                    new Levels(
                        precise(tf, row(tf, in.get(2 * count + 2), row)),
                        precise(tf, row(tf, in.get(2 * count + 3), row))),
                    Labels.none());
            Operand<TFloat32> value =
                loss.compare(
                        tf,
                        Weights.of(weights, online),
                        Weights.of(weights, in.subList(count, 2 * count)),
                        pair,
                        Dropout.none())
                    .mean();
            List<Operand<TFloat32>> flat = new ArrayList<>();
            for (Operand<TFloat32> gradient : LossGradient.of(tf, value, online)) {
              flat.add(tf.reshape(gradient, tf.constant(new int[] {-1})));
            }
            flat.add(tf.reshape(value, tf.constant(new int[] {1})));
            rows.add(tf.concat(flat, tf.constant(0)));
          }
          return rows;
        });
  }

  private static Operand<TFloat32> row(Ops tf, Operand<TFloat32> x, int row) {
    long[] begin = new long[x.shape().numDimensions()];
    long[] size = x.shape().asArray();
    begin[0] = row;
    size[0] = 1;
    return tf.slice(x, tf.constant(begin), tf.constant(size));
  }

  private static Operand<TFloat64> precise(Ops tf, Operand<TFloat32> x) {
    return tf.dtypes.cast(x, TFloat64.class);
  }

  // In folder/now.
  private List<Evaluation.Input> weights(Experiment experiment, Path model, String prefix) {
    Map<String, double[]> saved = SavedVariables.read(model, folder.resolve("now"));
    List<Evaluation.Input> inputs = new ArrayList<>();
    for (Weight weight : ModelFactory.create(experiment).network().weights()) {
      double[] values = SavedVariables.get(saved, prefix + weight.name());
      float[] floats = new float[values.length];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = (float) values[i];
      }
      inputs.add(new Evaluation.Input(weight.shape(), floats));
    }
    return inputs;
  }

  // Whether row i of x is its image mirrored; it must be one of the two.
  private static boolean mirrored(double[] x, byte[] pixels, int i) {
    boolean straight = true;
    boolean mirrored = true;
    for (int v = 0; v < 8 * 8 * 3; v++) {
      int column = v / 3 % 8;
      int other = v + 3 * (7 - 2 * column);
      straight &= Math.abs(x[i * 192 + v] - value(pixels[i * 192 + v])) < 1e-5;
      mirrored &= Math.abs(x[i * 192 + v] - value(pixels[i * 192 + other])) < 1e-5;
    }
    assertTrue(straight ^ mirrored, "row " + i);
    return mirrored;
  }

  private static double value(byte pixel) {
    return Byte.toUnsignedInt(pixel) / 127.5 - 1;
  }

  private static float[][] pair(
      TrainingProgram program, TUint8 batch, int[] noiseAssignment, ScheduledValues numbers) {
    try (TrainingPairs pairs =
        program.pairs(new TrainingBatch(batch, new int[0], noiseAssignment), numbers)) {
      return new float[][] {floats(pairs.low()), floats(pairs.high())};
    }
  }

  private static TFloat32 points() {
    Random random = new Random(2);
    float[] values = new float[2 * ROWS];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return tensor(values);
  }

  private static TFloat32 tensor(float[] values) {
    TFloat32 tensor = TFloat32.tensorOf(Shape.of(ROWS, 2));
    tensor.asRawTensor().data().asFloats().write(values);
    return tensor;
  }

  private static float[] floats(TFloat32 tensor) {
    float[] floats = new float[(int) tensor.size()];
    tensor.asRawTensor().data().asFloats().read(floats);
    return floats;
  }

  private static ConsistencyLoss loss(Experiment experiment) {
    return (ConsistencyLoss) ModelFactory.create(experiment).objective();
  }

  private static Experiment experiment(String text) {
    return ExperimentFile.parse("experiment", text, List.of());
  }

  private Path build(String text) throws IOException {
    return build(experiment(text));
  }

  private Path build(Experiment experiment) throws IOException {
    Path model = folder.resolve("model");
    TrainingAssembly.write(experiment, model);
    return model;
  }
}
