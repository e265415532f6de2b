package org.couplet.diagnosis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.couplet.data.Batch;
import org.couplet.data.Batches;
import org.couplet.program.CoupledPoints;
import org.couplet.program.Floats;
import org.couplet.program.SamplingProgram;
import org.couplet.program.ScheduledValues;
import org.couplet.program.TrainingBatch;
import org.couplet.program.TrainingProgram;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;

/**
 * Measures what generator-induced pairs of one noise level teach, by 256 rows of the data: what
 * x_hat and the targets keep of the noise, and the variance of the rows' gradients.
 */
public final class LevelProbe {
  /** Of a batch of the program. */
  public static final int ROWS = 64;

  private static final int BATCHES = 4;
  private static final int DATA_BATCHES = 32;
  // One backward pass a row.
  private static final int GRADIENT_BATCHES = 1;
  private static final long SEED = 2718;

  private final TrainingProgram program;
  private final Batches batches;
  private final List<float[]> data;

  private LevelProbe(TrainingProgram program, Batches batches, List<float[]> data) {
    this.program = program;
    this.batches = batches;
    this.data = data;
  }

  /**
   * What a level showed.
   *
   * @param sigma sigma_i
   * @param noiseLeft coefficient of z in x_hat = f(x + sigma_i z, sigma_i), data units: 0 where all
   *     noise is gone, sigma_i where none is
   * @param error root mean square of x_hat - x, a value
   * @param nearest the same to the nearest of 2,048 data, x among them
   * @param independentTarget coefficient of z in IC's target f(x + sigma_i z, sigma_i), by the
   *     weights in training; those of x_hat are the averaged ones
   * @param inducedTarget the same in GC's target f(x_hat + sigma_i z, sigma_i)
   * @param independent variance of the gradients of 64 rows with IC
   * @param induced the same with GC(1)
   */
  public record Level(
      double sigma,
      double noiseLeft,
      double error,
      double nearest,
      double independentTarget,
      double inducedTarget,
      double independent,
      double induced) {}

  /**
   * Reads the data to compare with; begins with any weights.
   *
   * @param program with GC(1), two levels, {@link #ROWS} rows and the gradients' variance; the
   *     weights that it has when it is asked are looked at
   * @param batches of its rows
   * @param beforeEach run before each batch is read; may end it with an exception
   */
  public static LevelProbe of(TrainingProgram program, Batches batches, Runnable beforeEach) {
    List<float[]> rows = new ArrayList<>();
    for (int i = 0; i < DATA_BATCHES; i++) {
      beforeEach.run();
      try (Batch elements = batches.at(i)) {
        rows.addAll(rows(program.coupledPoints(batch(elements), SEED, i, 1).data()));
      }
    }
    return new LevelProbe(program, batches, rows);
  }

  /**
   * Measures a pair's lower level.
   *
   * @param low sigma_i
   * @param high sigma_{i+1}
   */
  public Level at(double low, double high) {
    double[] sums = new double[7];
    for (int i = 0; i < BATCHES; i++) {
      try (Batch elements = batches.at(i)) {
        TrainingBatch batch = batch(elements);
        CoupledPoints points = program.coupledPoints(batch, SEED, i, low);
        sums[0] += noise(points.xHat(), points) / BATCHES;
        sums[1] += meanSquare(points.xHat(), points.data()) / BATCHES;
        sums[2] += nearest(rows(points.xHat())) / BATCHES;
        sums[3] += noise(target(points.points(), low, batch.labels()), points) / BATCHES;
        sums[4] += noise(target(points.inducedPoints(), low, batch.labels()), points) / BATCHES;
        if (i < GRADIENT_BATCHES) {
          sums[5] += program.gradientVariance(batch, numbers(i, low, high, 0)) / GRADIENT_BATCHES;
          sums[6] += program.gradientVariance(batch, numbers(i, low, high, 1)) / GRADIENT_BATCHES;
        }
      }
    }
    return new Level(
        low, sums[0], Math.sqrt(sums[1]), Math.sqrt(sums[2]), sums[3], sums[4], sums[5], sums[6]);
  }

  private static TrainingBatch batch(Batch elements) {
    return new TrainingBatch(elements.elements(), elements.labels(), new int[0]);
  }

  private static ScheduledValues numbers(int draw, double low, double high, double mu) {
    return new ScheduledValues(SEED + draw, new double[] {low, high}, 2, mu, 1, 0, 0);
  }

  // f(point, sigma) by the weights in training.
  private float[] target(float[] points, double sigma, int[] labels) {
    float[] scaled = new float[points.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = (float) (points[i] / sigma);
    }
    SamplingProgram online = program.online();
    try (TFloat32 noise =
            TFloat32.tensorOf(
                Shape.of(ROWS).append(online.elementShape()), DataBuffers.of(scaled));
        TFloat32 target = online.generate(noise, sigma, labels)) {
      return Floats.of(target);
    }
  }

  // Coefficient of z in estimates of x.
  private static double noise(float[] estimates, CoupledPoints points) {
    double product = 0;
    double square = 0;
    for (int i = 0; i < estimates.length; i++) {
      double z = points.noise()[i];
      product += z * ((double) estimates[i] - points.data()[i]);
      square += z * z;
    }
    return product / square;
  }

  private static double meanSquare(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = (double) a[i] - b[i];
      sum += difference * difference;
    }
    return sum / a.length;
  }

  /**
   * Root mean square of 256 data to the nearest other ones of 2,048, a value: what an estimate that
   * is as good as data has.
   */
  public double nearestOther() {
    return Math.sqrt(nearest(data.subList(0, BATCHES * ROWS)));
  }

  // Mean square to the nearest datum that is not the row itself.
  private double nearest(List<float[]> rows) {
    return rows.stream()
        .mapToDouble(
            row ->
                data.stream()
                    .filter(x -> !Arrays.equals(x, row)) // Small data repeat.
                    .mapToDouble(x -> meanSquare(row, x))
                    .min()
                    .orElse(0))
        .average()
        .orElseThrow();
  }

  private static List<float[]> rows(float[] values) {
    int size = values.length / ROWS;
    return IntStream.range(0, ROWS)
        .mapToObj(row -> Arrays.copyOfRange(values, row * size, (row + 1) * size))
        .toList();
  }
}
