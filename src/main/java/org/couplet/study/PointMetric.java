package org.couplet.study;

import java.util.List;
import org.couplet.data.Dataset;
import org.couplet.program.Floats;
import org.couplet.program.SamplingProgram;
import org.couplet.sampling.SampleLevels;
import org.couplet.transport.ExactAssignment;
import org.tensorflow.types.TFloat32;

/**
 * Of points: the 2-Wasserstein distance between as many samples as data points, by exact
 * assignment.
 */
final class PointMetric implements SampleMetric {
  private static final int COUNT = 1024;
  private static final long SEED = 99;

  private final float[] data;

  PointMetric(Dataset dataset) {
    long[] indices = new long[COUNT];
    for (int i = 0; i < COUNT; i++) {
      indices[i] = i % dataset.size();
    }
    try (TFloat32 batch = (TFloat32) dataset.batch(indices)) {
      data = Floats.of(batch);
    }
  }

  @Override
  public String label() {
    return "Wasserstein distance, " + COUNT + " points";
  }

  @Override
  public String key() {
    return "wasserstein-" + COUNT;
  }

  @Override
  public double of(SamplingProgram program) {
    List<Double> levels = SampleLevels.of(program);
    float[] samples;
    try (TFloat32 points = program.samples(SEED, 0, COUNT, levels)) {
      samples = Floats.of(points);
    }
    float[] costs = new float[COUNT * COUNT];
    for (int i = 0; i < COUNT; i++) {
      for (int j = 0; j < COUNT; j++) {
        float dx = samples[2 * i] - data[2 * j];
        float dy = samples[2 * i + 1] - data[2 * j + 1];
        costs[i * COUNT + j] = dx * dx + dy * dy;
      }
    }
    int[] columns = ExactAssignment.solve(costs, COUNT);
    double total = 0;
    for (int i = 0; i < COUNT; i++) {
      total += costs[i * COUNT + columns[i]];
    }
    return Math.sqrt(total / COUNT);
  }

  @Override
  public void close() {}
}
