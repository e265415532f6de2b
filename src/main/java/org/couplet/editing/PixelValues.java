package org.couplet.editing;

/** The border between pixels, 0..255, and a model's values, [-1, 1]. */
final class PixelValues {
  private static final float HALF = 127.5f;

  private PixelValues() {}

  static float[] toModel(byte[] pixels) {
    float[] values = new float[pixels.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (pixels[i] & 0xff) / HALF - 1;
    }
    return values;
  }

  /** Rounded to the nearest. */
  static byte[] fromModel(float[] values) {
    byte[] pixels = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      double scaled = (Math.min(Math.max(values[i], -1), 1) + 1.0) * HALF;
      pixels[i] = (byte) Math.floor(scaled + 0.5);
    }
    return pixels;
  }
}
