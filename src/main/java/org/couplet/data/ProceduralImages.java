package org.couplet.data;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.couplet.io.InvalidInputException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TUint8;

/**
 * Pictures that need no download: one disc, square or triangle in one of six bright colours, on a
 * dark ground of about the opposite hue that darkens slightly downwards. Image i is a function of i
 * and of the resolution alone.
 */
public final class ProceduralImages implements Dataset {
  private static final long SEED = 0x636f75706c6574L;

  private static final int MOST_LABELLED = 100_000_000;
  private final int resolution;
  private final long count;
  private final boolean coloured;

  /** Whose classes are the forms; otherwise as the constructor below. */
  public ProceduralImages(int resolution, long count) {
    this(resolution, count, false);
  }

  /**
   * @param resolution height and width, pixels, at least 8
   * @param count number of images, at least 1
   * @param coloured whether the classes are forms of a colour; else forms
   */
  public ProceduralImages(int resolution, long count, boolean coloured) {
    if (resolution < 8) {
      throw new InvalidInputException(
          "dataset.procedural.resolution: must be at least 8, got " + resolution);
    }
    if (count < 1) {
      throw new InvalidInputException("dataset.procedural.count: must be at least 1, got " + count);
    }
    this.resolution = resolution;
    this.count = count;
    this.coloured = coloured;
  }

  @Override
  public long size() {
    return count;
  }

  @Override
  public Shape elementShape() {
    return Shape.of(resolution, resolution, DrawnForm.CHANNELS);
  }

  @Override
  public TUint8 batch(long[] indices) {
    return ImageTensor.of(
        elementShape(),
        indices.length,
        row -> image(Objects.checkIndex(indices[row], count)).draw(resolution));
  }

  /** The forms, from discs to triangles, or each in all colours, from red to magenta. */
  @Override
  public Optional<ClassLabels> classLabels() {
    if (count > MOST_LABELLED) {
      throw new InvalidInputException(
          "dataset.procedural.count: %d images are too many to keep their classes; give at most %d"
              .formatted(count, MOST_LABELLED));
    }
    int[] labels = new int[(int) count];
    Arrays.setAll(labels, index -> coloured ? image(index).kind() : image(index).form().number());
    return Optional.of(new ClassLabels(labels, coloured ? DrawnForm.KINDS : DrawnForm.FORMS));
  }

  @Override
  public void close() {}

  private static DrawnForm image(long index) {
    return DrawnForm.random(new KeyedRandom(SEED, index));
  }
}
