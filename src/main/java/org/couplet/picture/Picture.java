package org.couplet.picture;

import java.util.Arrays;
import java.util.Optional;

/** A decoded picture: [height, width, channels], values nominally 0..255. */
public final class Picture {
  private static final int LANCZOS_LOBES = 3;
  // ITU-R 601, as most tools turn colours to greys.
  private static final float[] BRIGHTNESS = {0.299f, 0.587f, 0.114f};

  private final int height;
  private final int width;
  private final int channels;
  private final float[] values;
  // Of the first value, and from row to row: a part of a larger picture shares its values.
  private final int start;
  private final int stride;
  private final PictureNotes notes;

  /**
   * A picture.
   *
   * @param channels 1 or 3
   * @param values [height, width, channels]
   */
  public Picture(int height, int width, int channels, float[] values) {
    this(height, width, channels, values, PictureNotes.NONE);
  }

  /** A picture from a file. */
  Picture(int height, int width, int channels, float[] values, PictureNotes notes) {
    this(height, width, channels, values, 0, width * channels, notes);
    if (values.length != height * width * channels) {
      throw new IllegalArgumentException(values.length + " values");
    }
  }

  private Picture(
      int height,
      int width,
      int channels,
      float[] values,
      int start,
      int stride,
      PictureNotes notes) {
    this.height = height;
    this.width = width;
    this.channels = channels;
    this.values = values;
    this.start = start;
    this.stride = stride;
    this.notes = notes;
  }

  /** Its height and width. */
  public ImageSize size() {
    return new ImageSize(height, width);
  }

  /** 1 or 3. */
  public int channels() {
    return channels;
  }

  /** What is known beside its pixels; what is made of a picture keeps them. */
  public PictureNotes notes() {
    return notes;
  }

  /** This picture, noted to come from such a file. */
  public Picture of(PictureKind kind) {
    PictureNotes known = new PictureNotes(Optional.of(kind), notes.traits());
    return new Picture(height, width, channels, values, start, stride, known);
  }

  /** This picture, noted to have one more trait. */
  public Picture with(PictureTrait trait) {
    return new Picture(height, width, channels, values, start, stride, notes.with(trait));
  }

  /** With one channel its value for red, green and blue; with three their brightness as one. */
  public Picture withChannels(int count) {
    if (count == channels) {
      return this;
    }
    float[] result = new float[height * width * count];
    for (int row = 0; row < height; row++) {
      for (int column = 0; column < width; column++) {
        int from = start + row * stride + column * channels;
        int to = (row * width + column) * count;
        if (count == 1) {
          for (int channel = 0; channel < channels; channel++) {
            result[to] += BRIGHTNESS[channel] * values[from + channel];
          }
        } else {
          Arrays.fill(result, to, to + count, values[from]);
        }
      }
    }
    return new Picture(height, width, count, result, notes);
  }

  /**
   * A picture from planes.
   *
   * @param planes [channels, height, width]
   */
  public static Picture ofPlanes(int height, int width, int channels, float[] planes) {
    float[] values = new float[planes.length];
    int plane = height * width;
    for (int channel = 0; channel < channels; channel++) {
      for (int pixel = 0; pixel < plane; pixel++) {
        values[pixel * channels + channel] = planes[channel * plane + pixel];
      }
    }
    return new Picture(height, width, channels, values);
  }

  /** The largest square in the middle; an odd margin leaves its extra pixel right or below. */
  public Picture centreSquare() {
    int side = Math.min(height, width);
    if (height == width) {
      return this;
    }
    int top = (height - side) / 2;
    int left = (width - side) / 2;
    int first = start + top * stride + left * channels;
    return new Picture(side, side, channels, values, first, stride, notes);
  }

  /**
   * This picture at another size: each axis by the mean over the area of the new pixel when it
   * shrinks, by Lanczos' kernel with three lobes when it grows.
   */
  public Picture resized(int newHeight, int newWidth) {
    return alongColumns(newHeight).alongRows(newWidth);
  }

  /** Rounded to 0..255, what lies outside clipped: [height, width, channels]. */
  public byte[] toBytes() {
    int rowLength = width * channels;
    byte[] bytes = new byte[height * rowLength];
    for (int row = 0; row < height; row++) {
      int from = start + row * stride;
      for (int i = 0; i < rowLength; i++) {
        float value = Math.min(Math.max(values[from + i], 0), 255);
        // As Math.round, which costs ten times as much; exact, because the sum is a double.
        bytes[row * rowLength + i] = (byte) (value + 0.5);
      }
    }
    return bytes;
  }

  private Picture alongColumns(int newHeight) {
    if (newHeight == height) {
      return this;
    }
    int rowLength = width * channels;
    float[] result = new float[newHeight * rowLength];
    Taps[] taps = taps(height, newHeight);
    double[] sum = new double[rowLength];
    for (int row = 0; row < newHeight; row++) {
      Arrays.fill(sum, 0);
      for (int tap = 0; tap < taps[row].weights.length; tap++) {
        int from = start + taps[row].source(tap, height) * stride;
        double weight = taps[row].weights[tap];
        for (int i = 0; i < rowLength; i++) {
          sum[i] += weight * values[from + i];
        }
      }
      for (int i = 0; i < rowLength; i++) {
        result[row * rowLength + i] = (float) sum[i];
      }
    }
    return new Picture(newHeight, width, channels, result, notes);
  }

  private Picture alongRows(int newWidth) {
    if (newWidth == width) {
      return this;
    }
    float[] result = new float[height * newWidth * channels];
    Taps[] taps = taps(width, newWidth);
    for (int row = 0; row < height; row++) {
      for (int column = 0; column < newWidth; column++) {
        Taps at = taps[column];
        for (int channel = 0; channel < channels; channel++) {
          double sum = 0;
          for (int tap = 0; tap < at.weights.length; tap++) {
            int from = start + row * stride + at.source(tap, width) * channels;
            sum += at.weights[tap] * values[from + channel];
          }
          result[(row * newWidth + column) * channels + channel] = (float) sum;
        }
      }
    }
    return new Picture(height, newWidth, channels, result, notes);
  }

  /** What one new pixel takes from its row or column. */
  private static final class Taps {
    final int first;
    final double[] weights;

    /** Weights of the pixels from {@code first} on, brought to sum 1. */
    Taps(int first, double[] weights) {
      this.first = first;
      this.weights = weights;
      double sum = Arrays.stream(weights).sum();
      for (int i = 0; i < weights.length; i++) {
        weights[i] /= sum;
      }
    }

    /** The pixel of a tap; beyond the edge, the edge's. */
    int source(int tap, int length) {
      return Math.min(Math.max(first + tap, 0), length - 1);
    }
  }

  private static Taps[] taps(int length, int newLength) {
    double scale = (double) length / newLength;
    Taps[] taps = new Taps[newLength];
    for (int i = 0; i < newLength; i++) {
      taps[i] = scale > 1 ? areaTaps(i * scale, (i + 1) * scale) : lanczosTaps((i + 0.5) * scale);
    }
    return taps;
  }

  private static Taps areaTaps(double from, double to) {
    int first = (int) Math.floor(from + 1e-9);
    int last = (int) Math.ceil(to - 1e-9) - 1;
    double[] weights = new double[last - first + 1];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = Math.min(first + i + 1, to) - Math.max(first + i, from);
    }
    return new Taps(first, weights);
  }

  private static Taps lanczosTaps(double centre) {
    int first = (int) Math.floor(centre - 0.5) - LANCZOS_LOBES + 1;
    double[] weights = new double[2 * LANCZOS_LOBES];
    for (int i = 0; i < weights.length; i++) {
      double x = first + i + 0.5 - centre;
      weights[i] = Math.abs(x) < LANCZOS_LOBES ? sinc(x) * sinc(x / LANCZOS_LOBES) : 0;
    }
    return new Taps(first, weights);
  }

  private static double sinc(double x) {
    return Math.abs(x) < 1e-9 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
  }
}
