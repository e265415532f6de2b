package org.couplet.data;

import java.util.Objects;
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
  private static final int CHANNELS = 3;

  private final int resolution;
  private final long count;

  /** Signed distance to a form's edge, negative inside; all in units of the image's side. */
  private enum Form {
    DISC(1) {
      @Override
      double distance(double x, double y, double radius) {
        return Math.sqrt(x * x + y * y) - radius;
      }
    },
    SQUARE(Math.sqrt(Math.PI / 2)) {
      @Override
      double distance(double x, double y, double radius) {
        return Math.max(Math.abs(x), Math.abs(y)) - radius * Math.sqrt(Math.PI / 4);
      }
    },
    TRIANGLE(2 * Math.sqrt(Math.PI / Math.sqrt(27))) {
      @Override
      double distance(double x, double y, double radius) {
        // The tip points up (y grows downwards); three half planes around the inscribed circle.
        double slanted = Math.abs(x) * Math.sqrt(3) / 2 - y / 2;
        return Math.max(y, slanted) - radius * Math.sqrt(Math.PI / Math.sqrt(27));
      }
    };

    // Radius of the enclosing circle over that of the disc with the form's area.
    final double reach;

    Form(double reach) {
      this.reach = reach;
    }

    /** The distance at (x, y) from the centre, for the form with the area of a disc. */
    abstract double distance(double x, double y, double radius);
  }

  /**
   * @param resolution height and width, pixels, at least 8
   * @param count number of images, at least 1
   */
  public ProceduralImages(int resolution, long count) {
    if (resolution < 8) {
      throw new InvalidInputException(
          "dataset.procedural.resolution: must be at least 8, got " + resolution);
    }
    if (count < 1) {
      throw new InvalidInputException("dataset.procedural.count: must be at least 1, got " + count);
    }
    this.resolution = resolution;
    this.count = count;
  }

  @Override
  public long size() {
    return count;
  }

  @Override
  public Shape elementShape() {
    return Shape.of(resolution, resolution, CHANNELS);
  }

  @Override
  public TUint8 batch(long[] indices) {
    return ImageTensor.of(
        elementShape(), indices.length, row -> draw(Objects.checkIndex(indices[row], count)));
  }

  @Override
  public void close() {}

  // [height, width, channels]
  private byte[] draw(long index) {
    KeyedRandom random = new KeyedRandom(SEED, index);
    Form form = Form.values()[random.nextInt(Form.values().length)];
    double hue = random.nextInt(6) / 6.0;
    double[] colour = colour(hue, 0.9, random.nextDouble(0.9, 1));
    double[] ground =
        colour(hue + random.nextDouble(0.45, 0.55), 0.6, random.nextDouble(0.15, 0.25));
    double radius = random.nextDouble(0.2, 0.3);
    double margin = radius * form.reach;
    double centreX = random.nextDouble(margin, 1 - margin);
    double centreY = random.nextDouble(margin, 1 - margin);

    byte[] image = new byte[resolution * resolution * CHANNELS];
    int at = 0;
    for (int row = 0; row < resolution; row++) {
      double y = (row + 0.5) / resolution;
      double shade = 1.15 - 0.3 * y;
      for (int column = 0; column < resolution; column++) {
        double x = (column + 0.5) / resolution;
        double distance = form.distance(x - centreX, y - centreY, radius);
        // The share of the pixel inside a straight edge at this distance.
        double cover = Math.min(Math.max(0.5 - distance * resolution, 0), 1);
        for (int channel = 0; channel < CHANNELS; channel++) {
          double value = cover * colour[channel] + (1 - cover) * shade * ground[channel];
          image[at++] = (byte) Math.round(255 * value);
        }
      }
    }
    return image;
  }

  // Hue in turns (0 red, 1/3 green), saturation and value in [0, 1] -> red, green, blue in [0, 1].
  private static double[] colour(double hue, double saturation, double value) {
    double[] rgb = new double[CHANNELS];
    for (int channel = 0; channel < CHANNELS; channel++) {
      double turn = hue + 1 - channel / 3.0;
      double apart = Math.abs(6 * (turn - Math.rint(turn))); // Sixths of a turn, 0..3.
      double part = Math.min(Math.max(2 - apart, 0), 1);
      rgb[channel] = value * (1 - saturation + saturation * part);
    }
    return rgb;
  }
}
