package org.couplet.sampling;

import java.util.stream.IntStream;
import org.couplet.program.Floats;
import org.couplet.program.SamplingProgram.Start;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/**
 * Noise on the way from rows of noise to others: spherical interpolation (Shoemake 1985), which
 * keeps the length that noise of many dimensions has.
 *
 * @param from where the ways begin; its labels are those of the whole way
 * @param to as many rows, where they end
 * @param places from 0 to 1; the result has each row at each of them, [rows * places, element...]
 */
@SuppressWarnings("ArrayRecordComponent") // made once and only read
public record NoiseWalk(Start from, Start to, double[] places) implements Start {
  // Between nearer directions a straight line is the same to rounding, and defined.
  private static final double NARROW = 1e-6;

  /**
   * Places evenly from 0, the first frame's, to 1, the last frame's.
   *
   * @param first frame whose place is given
   * @param count how many, from that on
   * @param frames of the whole way, at least 2
   */
  public static double[] places(int first, int count, int frames) {
    return IntStream.range(first, first + count)
        .mapToDouble(frame -> frame / (frames - 1.0))
        .toArray();
  }

  @Override
  public TFloat32 noise(long number) {
    try (TFloat32 start = from.noise(number);
        TFloat32 end = to.noise(number)) {
      float[] a = Floats.of(start);
      float[] b = Floats.of(end);
      int rows = (int) start.shape().get(0);
      int size = a.length / rows;
      float[] all = new float[places.length * a.length];
      for (int row = 0; row < rows; row++) {
        double angle = angle(a, b, row * size, size);
        for (int place = 0; place < places.length; place++) {
          double ofA = share(1 - places[place], angle);
          double ofB = share(places[place], angle);
          int at = (row * places.length + place) * size;
          for (int i = 0; i < size; i++) {
            all[at + i] = (float) (ofA * a[row * size + i] + ofB * b[row * size + i]);
          }
        }
      }
      TFloat32 walk =
          TFloat32.tensorOf(Shape.of((long) rows * places.length).append(start.shape().tail()));
      walk.asRawTensor().data().asFloats().write(all);
      return walk;
    }
  }

  @Override
  public int[] labels() {
    return IntStream.of(from.labels())
        .flatMap(label -> IntStream.range(0, places.length).map(place -> label))
        .toArray();
  }

  private static double share(double place, double angle) {
    return angle < NARROW ? place : Math.sin(place * angle) / Math.sin(angle);
  }

  private static double angle(float[] a, float[] b, int first, int size) {
    double product = 0;
    double squareOfA = 0;
    double squareOfB = 0;
    for (int i = first; i < first + size; i++) {
      product += (double) a[i] * b[i];
      squareOfA += (double) a[i] * a[i];
      squareOfB += (double) b[i] * b[i];
    }
    return Math.acos(Math.min(Math.max(product / Math.sqrt(squareOfA * squareOfB), -1), 1));
  }
}
