package org.couplet.data;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * One of {@link ProceduralImages}' pictures, by what is in it. Lengths are in units of the image's
 * side, hues in turns (0 red, 1/3 green), values in [0, 1].
 *
 * @param form the form
 * @param centreX of the form, from the left
 * @param centreY of the form, from the top
 * @param radius of the disc with the form's area
 * @param hue of the form
 * @param value brightness of the form
 * @param groundHue of the ground
 * @param groundValue brightness of the ground at half its height
 */
record DrawnForm(
    Form form,
    double centreX,
    double centreY,
    double radius,
    double hue,
    double value,
    double groundHue,
    double groundValue) {
  static final int CHANNELS = 3;
  static final int HUES = 6;

  /** Names of the forms. */
  static final List<String> FORMS = List.of("disc", "square", "triangle");

  /** Names of the forms in each colour, in the order of {@link #kind}. */
  static final List<String> KINDS =
      FORMS.stream()
          .flatMap(
              form ->
                  Stream.of("red", "yellow", "green", "cyan", "blue", "magenta")
                      .map(colour -> colour + " " + form))
          .toList();

  private static final double SATURATION = 0.9;
  private static final double GROUND_SATURATION = 0.6;

  /** The forms, by the signed distance to their edge, negative inside. */
  enum Form {
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
    private final double reach;

    Form(double reach) {
      this.reach = reach;
    }

    /** The distance at (x, y) from the centre, for the form with the area of a disc. */
    abstract double distance(double x, double y, double radius);

    /** Its place among {@link #FORMS}. */
    int number() {
      return FORMS.indexOf(name().toLowerCase(Locale.ROOT));
    }

    /** The least distance of the centre of a form of this radius from the image's border. */
    double margin(double radius) {
      return radius * reach;
    }
  }

  /** The form in its colour, as a number. */
  int kind() {
    return form.number() * HUES + (int) Math.round(hue * HUES) % HUES;
  }

  /** A picture with everything drawn at random. */
  static DrawnForm random(KeyedRandom random) {
    Form form = Form.values()[random.nextInt(Form.values().length)];
    double hue = random.nextInt(HUES) / (double) HUES;
    double value = random.nextDouble(0.9, 1);
    double groundHue = hue + random.nextDouble(0.45, 0.55);
    double groundValue = random.nextDouble(0.15, 0.25);
    double radius = random.nextDouble(0.2, 0.3);
    double margin = form.margin(radius);
    double centreX = random.nextDouble(margin, 1 - margin);
    double centreY = random.nextDouble(margin, 1 - margin);
    return new DrawnForm(form, centreX, centreY, radius, hue, value, groundHue, groundValue);
  }

  /** The picture, [resolution, resolution, 3]. */
  byte[] draw(int resolution) {
    double[] colour = colour(hue, SATURATION, value);
    double[] ground = colour(groundHue, GROUND_SATURATION, groundValue);
    byte[] image = new byte[resolution * resolution * CHANNELS];
    int at = 0;
    for (int row = 0; row < resolution; row++) {
      double shade = shade(row, resolution);
      for (int column = 0; column < resolution; column++) {
        double cover = cover(row, column, resolution);
        for (int channel = 0; channel < CHANNELS; channel++) {
          double value = cover * colour[channel] + (1 - cover) * shade * ground[channel];
          image[at++] = (byte) Math.round(255 * value);
        }
      }
    }
    return image;
  }

  /** The share of a pixel that the form covers. */
  double cover(int row, int column, int resolution) {
    double x = (column + 0.5) / resolution;
    double y = (row + 0.5) / resolution;
    double distance = form.distance(x - centreX, y - centreY, radius);
    // The share of the pixel inside a straight edge at this distance.
    return Math.min(Math.max(0.5 - distance * resolution, 0), 1);
  }

  /** The ground's brightness in a row, over that at half the height. */
  static double shade(int row, int resolution) {
    return 1.15 - 0.3 * ((row + 0.5) / resolution);
  }

  /** A form's colour at value 1: red, green, blue in [0, 1]. */
  static double[] colour(double hue) {
    return colour(hue, SATURATION, 1);
  }

  /** A ground's colour at value 1: red, green, blue in [0, 1]. */
  static double[] ground(double hue) {
    return colour(hue, GROUND_SATURATION, 1);
  }

  // Hue in turns, saturation and value in [0, 1] -> red, green, blue in [0, 1].
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
