package org.couplet.data;

import java.util.Objects;
import org.couplet.io.InvalidInputException;
import org.jspecify.annotations.Nullable;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/**
 * Points of a mixture of two Gaussians of equal weight around (offset, offset) and (offset,
 * -offset): the paper's two-dimensional data. Drawn once, with the first batch, from the seed alone.
 */
public final class GaussianPoints implements Dataset {
  private final int count;
  private final double offset;
  private final double standardDeviation;
  private final long seed;
  private float @Nullable [] drawn;

  /**
   * Nothing is drawn yet.
   *
   * @param count number of points, at least 1
   * @param offset distance of the modes from the axes, data units
   * @param standardDeviation of each mode and coordinate, data units, at least 0
   * @param seed any number
   */
  public GaussianPoints(int count, double offset, double standardDeviation, long seed) {
    if (count < 1) {
      throw new InvalidInputException("dataset.gaussians.count: must be at least 1, got " + count);
    }
    this.count = count;
    this.offset = offset;
    this.standardDeviation = standardDeviation;
    this.seed = seed;
  }

  // Many points take long; a config can be checked without them.
  private synchronized float[] coordinates() {
    if (drawn == null) {
      drawn = draw();
    }
    return drawn;
  }

  private float[] draw() {
    float[] coordinates = new float[2 * count];
    KeyedRandom random = new KeyedRandom(seed, 0);
    for (int i = 0; i < count; i++) {
      double modeY = random.nextLong() < 0 ? -offset : offset;
      coordinates[2 * i] = (float) (offset + standardDeviation * random.nextGaussian());
      coordinates[2 * i + 1] = (float) (modeY + standardDeviation * random.nextGaussian());
    }
    return coordinates;
  }

  @Override
  public long size() {
    return count;
  }

  @Override
  public Shape elementShape() {
    return Shape.of(2);
  }

  @Override
  public TFloat32 batch(long[] indices) {
    float[] rows = new float[2 * indices.length];
    float[] coordinates = coordinates();
    for (int row = 0; row < indices.length; row++) {
      int point = Math.toIntExact(Objects.checkIndex(indices[row], size()));
      rows[2 * row] = coordinates[2 * point];
      rows[2 * row + 1] = coordinates[2 * point + 1];
    }
    TFloat32 batch = TFloat32.tensorOf(Shape.of(indices.length, 2));
    batch.asRawTensor().data().asFloats().write(rows);
    return batch;
  }

  @Override
  public void close() {}
}
