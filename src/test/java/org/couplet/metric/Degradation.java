package org.couplet.metric;

import java.util.Arrays;
import java.util.Random;

/** Ways to spoil a square picture of bytes [size, size, 3], its values 0..255. */
final class Degradation {
  private static final int CHANNELS = 3;

  private Degradation() {}

  /** One way. */
  @FunctionalInterface
  interface OfPicture {
    /** The spoilt picture; {@code random} is the picture's own. */
    byte[] apply(byte[] picture, Random random);
  }

  /** Adds normal noise, clipped. */
  static OfPicture noise(double standardDeviation) {
    return (picture, random) -> {
      byte[] spoilt = new byte[picture.length];
      for (int i = 0; i < picture.length; i++) {
        spoilt[i] = rounded((picture[i] & 0xff) + standardDeviation * random.nextGaussian());
      }
      return spoilt;
    };
  }

  /** Weighs neighbours by a normal density of this standard deviation in pixels. */
  static OfPicture blur(double radius) {
    int reach = (int) Math.ceil(3 * radius);
    double[] weights = new double[2 * reach + 1];
    Arrays.setAll(weights, i -> Math.exp(-Math.pow((i - reach) / radius, 2) / 2));
    double sum = Arrays.stream(weights).sum();
    double[] normed = Arrays.stream(weights).map(weight -> weight / sum).toArray();
    return (picture, random) -> {
      double[] values = new double[picture.length];
      Arrays.setAll(values, i -> picture[i] & 0xff);
      int size = size(picture);
      double[] blurred = filter(filter(values, normed, size, size * CHANNELS), normed, size, 3);
      byte[] spoilt = new byte[picture.length];
      for (int i = 0; i < spoilt.length; i++) {
        spoilt[i] = rounded(blurred[i]);
      }
      return spoilt;
    };
  }

  /** Moves the channels by these values, clipped. */
  static OfPicture tint(int red, int green, int blue) {
    int[] shift = {red, green, blue};
    return (picture, random) -> {
      byte[] spoilt = new byte[picture.length];
      for (int i = 0; i < picture.length; i++) {
        spoilt[i] = rounded((picture[i] & 0xff) + shift[i % CHANNELS]);
      }
      return spoilt;
    };
  }

  /** Puts the picture's square tiles in random order. */
  static OfPicture shuffle(int tile) {
    return (picture, random) -> {
      int size = size(picture);
      int across = size / tile;
      int[] order = new int[across * across];
      for (int i = 0; i < order.length; i++) {
        int other = random.nextInt(i + 1);
        order[i] = order[other];
        order[other] = i;
      }
      byte[] spoilt = new byte[picture.length];
      for (int at = 0; at < order.length; at++) {
        for (int row = 0; row < tile; row++) {
          int to = ((at / across) * tile + row) * size + (at % across) * tile;
          int from = ((order[at] / across) * tile + row) * size + (order[at] % across) * tile;
          System.arraycopy(picture, from * CHANNELS, spoilt, to * CHANNELS, tile * CHANNELS);
        }
      }
      return spoilt;
    };
  }

  // Along the axis whose neighbours are `stride` values apart; the picture's edge goes on.
  private static double[] filter(double[] values, double[] weights, int size, int stride) {
    int reach = weights.length / 2;
    double[] filtered = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      int place = i / stride % size;
      for (int k = -reach; k <= reach; k++) {
        int neighbour = Math.min(Math.max(place + k, 0), size - 1);
        filtered[i] += weights[k + reach] * values[i + (neighbour - place) * stride];
      }
    }
    return filtered;
  }

  private static int size(byte[] picture) {
    return (int) Math.round(Math.sqrt(picture.length / (double) CHANNELS));
  }

  private static byte rounded(double value) {
    return (byte) Math.round(Math.min(Math.max(value, 0), 255));
  }
}
