package org.couplet.editing;

import java.util.Arrays;

/**
 * What is known of an image y (Song et al. 2023, algorithm 4): an orthogonal transformation A, and
 * a mask Omega that is 0 at what is known of A y. Here A turns groups of k values, and of a group
 * either the first transformed value is known, its part along a direction w of length 1, or
 * nothing. Whatever A's other rows are, then
 *
 * <pre>{@code
 * A^-1 [(A y) (1 - Omega) + (A x) Omega] = x + w (w . y - w . x)
 * }</pre>
 *
 * in each group that is known, and x in the others.
 */
final class KnownPart {
  // ITU-R 601, as Picture and most tools turn colours to greys.
  private static final double[] BRIGHTNESS = {0.299, 0.587, 0.114};
  // Of an interval, until its ends are neighbours among doubles.
  private static final int HALVINGS = 80;

  private final double[] direction;
  // Where a group's values are in the image, one group after the other.
  private final int[] places;
  private final boolean[] known;

  private KnownPart(double[] direction, int[] places, boolean[] known) {
    this.direction = direction;
    this.places = places;
    this.known = known;
  }

  /** Nothing of an image. */
  static KnownPart nothing(int values) {
    return pixels(new boolean[values], 1);
  }

  /**
   * Some pixels; A is the identity.
   *
   * @param known for each pixel
   * @param channels of a pixel
   */
  static KnownPart pixels(boolean[] known, int channels) {
    int[] places = new int[known.length * channels];
    boolean[] each = new boolean[places.length];
    for (int i = 0; i < places.length; i++) {
      places[i] = i;
      each[i] = known[i / channels];
    }
    return new KnownPart(new double[] {1}, places, each);
  }

  /**
   * The brightness of each pixel; A turns red, green and blue.
   *
   * @param pixels how many, of three channels
   */
  static KnownPart brightness(int pixels) {
    int[] places = new int[pixels * BRIGHTNESS.length];
    Arrays.setAll(places, i -> i);
    return all(BRIGHTNESS, places);
  }

  /**
   * The mean of each square block in each channel; A turns the block's values.
   *
   * @param height pixels, a multiple of {@code side}
   * @param width likewise
   */
  static KnownPart blockMeans(int height, int width, int channels, int side) {
    int[] places = new int[height * width * channels];
    int block = side * side;
    int next = 0;
    for (int top = 0; top < height; top += side) {
      for (int left = 0; left < width; left += side) {
        for (int channel = 0; channel < channels; channel++) {
          for (int i = 0; i < block; i++) {
            int pixel = (top + i / side) * width + left + i % side;
            places[next++] = pixel * channels + channel;
          }
        }
      }
    }
    double[] equal = new double[block];
    Arrays.fill(equal, 1);
    return all(equal, places);
  }

  private static KnownPart all(double[] along, int[] places) {
    double length = Math.sqrt(Arrays.stream(along).map(each -> each * each).sum());
    boolean[] known = new boolean[places.length / along.length];
    Arrays.fill(known, true);
    return new KnownPart(Arrays.stream(along).map(each -> each / length).toArray(), places, known);
  }

  /**
   * Gives {@code x} what is known of {@code y}.
   *
   * @param y [height, width, channels]
   * @param x the same, changed
   */
  void restore(float[] y, float[] x) {
    for (int group = 0; group < known.length; group++) {
      if (known[group]) {
        move(x, group, part(y, group) - part(x, group));
      }
    }
  }

  /**
   * Brings {@code x}, which has what is known of {@code y}, to [-1, 1], where {@code y} is: to the
   * nearest values that keep what is known, clip(x + lambda w).
   */
  void intoRange(float[] y, float[] x) {
    for (int group = 0; group < known.length; group++) {
      if (isOutside(x, group)) {
        move(x, group, known[group] ? lambda(x, group, part(y, group)) : 0);
        clip(x, group);
      }
    }
  }

  // At which w . clip(x + lambda w) is the part; w has no negative values, so it grows with lambda.
  private double lambda(float[] x, int group, double part) {
    double high = 0;
    for (int i = 0; i < direction.length; i++) {
      high = Math.max(high, (1 + Math.abs(x[place(group, i)])) / direction[i]);
    }
    double low = -high;
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (low + high) / 2;
      double found = 0;
      for (int j = 0; j < direction.length; j++) {
        found += direction[j] * clipped(x[place(group, j)] + middle * direction[j]);
      }
      if (found < part) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  private int place(int group, int i) {
    return places[group * direction.length + i];
  }

  // w . values of the group
  private double part(float[] values, int group) {
    double part = 0;
    for (int i = 0; i < direction.length; i++) {
      part += direction[i] * values[place(group, i)];
    }
    return part;
  }

  private void move(float[] x, int group, double along) {
    for (int i = 0; i < direction.length; i++) {
      int place = place(group, i);
      x[place] = (float) (x[place] + along * direction[i]);
    }
  }

  private boolean isOutside(float[] x, int group) {
    for (int i = 0; i < direction.length; i++) {
      if (!(Math.abs(x[place(group, i)]) <= 1)) {
        return true;
      }
    }
    return false;
  }

  private void clip(float[] x, int group) {
    for (int i = 0; i < direction.length; i++) {
      x[place(group, i)] = (float) clipped(x[place(group, i)]);
    }
  }

  private static double clipped(double value) {
    return Math.min(Math.max(value, -1), 1);
  }
}
