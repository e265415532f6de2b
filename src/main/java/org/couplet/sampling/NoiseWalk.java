package org.couplet.sampling;

import org.couplet.program.Floats;
import org.couplet.program.SamplingProgram.Noise;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/**
 * Noise on the way from one row of noise to another: spherical interpolation (Shoemake 1985), which
 * keeps the length that noise of many dimensions has.
 *
 * @param from row 0 of it is where the way begins
 * @param to row 0 of it is where the way ends
 * @param places from 0 to 1, one a row of the result
 */
@SuppressWarnings("ArrayRecordComponent") // made once and only read
public record NoiseWalk(Noise from, Noise to, double[] places) implements Noise {
  // Between nearer directions a straight line is the same to rounding, and defined.
  private static final double NARROW = 1e-6;

  @Override
  public TFloat32 draw(long number) {
    try (TFloat32 start = from.draw(number);
        TFloat32 end = to.draw(number)) {
      float[] a = Floats.of(start);
      float[] b = Floats.of(end);
      double angle = angle(a, b);
      float[] all = new float[places.length * a.length];
      for (int row = 0; row < places.length; row++) {
        double ofA = share(1 - places[row], angle);
        double ofB = share(places[row], angle);
        for (int i = 0; i < a.length; i++) {
          all[row * a.length + i] = (float) (ofA * a[i] + ofB * b[i]);
        }
      }
      TFloat32 walk = TFloat32.tensorOf(Shape.of(places.length).append(start.shape().tail()));
      walk.asRawTensor().data().asFloats().write(all);
      return walk;
    }
  }

  private static double share(double place, double angle) {
    return angle < NARROW ? place : Math.sin(place * angle) / Math.sin(angle);
  }

  private static double angle(float[] a, float[] b) {
    double product = 0;
    double squareOfA = 0;
    double squareOfB = 0;
    for (int i = 0; i < a.length; i++) {
      product += (double) a[i] * b[i];
      squareOfA += (double) a[i] * a[i];
      squareOfB += (double) b[i] * b[i];
    }
    return Math.acos(Math.min(Math.max(product / Math.sqrt(squareOfA * squareOfB), -1), 1));
  }
}
