package org.couplet.data;

import static org.couplet.data.DrawnForm.CHANNELS;
import static org.couplet.data.DrawnForm.HUES;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.couplet.data.DrawnForm.Form;

/**
 * The drawn picture that is nearest to an image: whether a sample is one clean form of one colour.
 *
 * <p>A grid of forms, places and sizes first, then the best of each form are moved in ever smaller
 * steps. For each of them the colours are fitted by least squares within their ranges. What is
 * found is deterministic and at least as far as the true nearest picture.
 *
 * @param form the picture
 * @param distance root of the mean squared difference of pixel values in [0, 1]
 */
record NearestForm(DrawnForm form, double distance) {
  /**
   * The largest distance of a clean form. Drawn pictures have at most 0.006, with noise of standard
   * deviation 0.05 about 0.05; a typical disc is 0.066 from the nearest square, and a form of two
   * neighbouring hues at least 0.088 from any picture.
   */
  static final double CLEAN = 0.06;

  private static final int STARTS_PER_FORM = 2;

  /** Whether the image is one clean form of one colour. */
  boolean isClean() {
    return distance <= CLEAN;
  }

  /**
   * @param image [resolution, resolution, 3]
   */
  static NearestForm of(byte[] image, int resolution) {
    List<NearestForm> nearest = new ArrayList<>();
    for (Form form : Form.values()) {
      nearest.add(of(image, resolution, form));
    }
    return nearest.stream().min(Comparator.comparing(NearestForm::distance)).orElseThrow();
  }

  /** The nearest picture with this form. */
  static NearestForm of(byte[] image, int resolution, Form form) {
    Image target = new Image(image, resolution);
    List<Place> places = new ArrayList<>();
    double step = 1.0 / 16;
    for (double radius : new double[] {0.2, 0.25, 0.3}) {
      for (double x = form.margin(radius); x <= 1 - form.margin(radius); x += step) {
        for (double y = form.margin(radius); y <= 1 - form.margin(radius); y += step) {
          places.add(Place.of(target, form, x, y, radius));
        }
      }
    }
    return places.stream()
        .sorted(Comparator.comparing(Place::error))
        .limit(STARTS_PER_FORM)
        .map(place -> place.refined(target, step))
        .min(Comparator.comparing(Place::error))
        .map(place -> place.fit(target))
        .orElseThrow();
  }

  /** A form at a place, without colours, and the least squared error that colours can reach. */
  private record Place(Form form, double x, double y, double radius, double error) {
    static Place of(Image target, Form form, double x, double y, double radius) {
      double within = Math.min(Math.max(radius, 0.2), 0.3);
      double margin = form.margin(within);
      double left = Math.min(Math.max(x, margin), 1 - margin);
      double top = Math.min(Math.max(y, margin), 1 - margin);
      double error = target.colours(form, left, top, within).error;
      return new Place(form, left, top, within, error);
    }

    // Descends along the coordinates.
    Place refined(Image target, double firstStep) {
      Place best = this;
      for (double step = firstStep / 2; step > 1e-4; step /= 2) {
        Place before;
        do {
          before = best;
          for (int sign = -1; sign <= 1; sign += 2) {
            double moved = sign * step;
            best = best.or(of(target, form, best.x + moved, best.y, best.radius));
            best = best.or(of(target, form, best.x, best.y + moved, best.radius));
            best = best.or(of(target, form, best.x, best.y, best.radius + moved / 2));
          }
        } while (best.error < 0.999 * before.error);
      }
      return best;
    }

    Place or(Place other) {
      return other.error < error ? other : this;
    }

    NearestForm fit(Image target) {
      Colours colours = target.colours(form, x, y, radius);
      return new NearestForm(
          new DrawnForm(
              form,
              x,
              y,
              radius,
              colours.hue,
              colours.value,
              colours.groundHue,
              colours.groundValue),
          Math.sqrt(Math.max(error, 0) / target.values.length));
    }
  }

  private record Colours(
      double hue, double value, double groundHue, double groundValue, double error) {}

  /** The image, with values in [0, 1]. */
  private static final class Image {
    final double[] values;
    final double[] shades;
    final int resolution;
    final double square;

    Image(byte[] image, int resolution) {
      this.resolution = resolution;
      values = new double[image.length];
      double sum = 0;
      for (int i = 0; i < image.length; i++) {
        values[i] = Byte.toUnsignedInt(image[i]) / 255.0;
        sum += values[i] * values[i];
      }
      square = sum;
      shades = new double[resolution];
      for (int row = 0; row < resolution; row++) {
        shades[row] = DrawnForm.shade(row, resolution);
      }
    }

    /** The colours in range that fit best: the error is quadratic in the two values. */
    Colours colours(Form form, double x, double y, double radius) {
      DrawnForm place = new DrawnForm(form, x, y, radius, 0, 1, 0, 1);
      double formForm = 0;
      double formGround = 0;
      double groundGround = 0;
      double[] formImage = new double[CHANNELS];
      double[] groundImage = new double[CHANNELS];
      int at = 0;
      for (int row = 0; row < resolution; row++) {
        for (int column = 0; column < resolution; column++) {
          double cover = place.cover(row, column, resolution);
          double rest = (1 - cover) * shades[row];
          formForm += cover * cover;
          formGround += cover * rest;
          groundGround += rest * rest;
          for (int channel = 0; channel < CHANNELS; channel++) {
            formImage[channel] += cover * values[at];
            groundImage[channel] += rest * values[at++];
          }
        }
      }
      Colours best = new Colours(0, 0, 0, 0, Double.POSITIVE_INFINITY);
      for (int hue = 0; hue < HUES; hue++) {
        for (int apart = -2; apart <= 2; apart++) {
          double formHue = hue / (double) HUES;
          double groundHue = formHue + 0.5 + 0.025 * apart;
          double[] colour = DrawnForm.colour(formHue);
          double[] ground = DrawnForm.ground(groundHue);
          Quadratic error =
              new Quadratic(
                  formForm * dot(colour, colour),
                  formGround * dot(colour, ground),
                  groundGround * dot(ground, ground),
                  dot(colour, formImage),
                  dot(ground, groundImage));
          double value = 0.95;
          double groundValue = 0.2;
          for (int round = 0; round < 3; round++) {
            value = Math.min(Math.max(error.bestForm(groundValue), 0.9), 1);
            groundValue = Math.min(Math.max(error.bestGround(value), 0.15), 0.25);
          }
          double total = square + error.at(value, groundValue);
          if (total < best.error) {
            best = new Colours(formHue, value, groundHue, groundValue, total);
          }
        }
      }
      return best;
    }

    private static double dot(double[] a, double[] b) {
      double sum = 0;
      for (int i = 0; i < a.length; i++) {
        sum += a[i] * b[i];
      }
      return sum;
    }
  }

  // aa v^2 + 2 ab v w + bb w^2 - 2 a v - 2 b w
  private record Quadratic(double aa, double ab, double bb, double a, double b) {
    double at(double v, double w) {
      return aa * v * v + 2 * ab * v * w + bb * w * w - 2 * a * v - 2 * b * w;
    }

    double bestForm(double w) {
      return (a - ab * w) / aa;
    }

    double bestGround(double v) {
      return (b - ab * v) / bb;
    }
  }
}
