package org.couplet.image;

import org.couplet.io.InvalidInputException;

/**
 * What an array's numbers mean as brightness. Integers are 0..255. Of floats the least and the
 * greatest value of the whole array decide: within [0, 1], within [-1, 1], or within [0, 255] with
 * something above 100; anything else could be two of these, or none, and is refused.
 *
 * @param scale multiplies a value
 * @param shift is added then; the result is 0..255
 */
record ValueRange(double scale, double shift) {
  /** Values that are 0..255 already. */
  static final ValueRange BYTES = new ValueRange(1, 0);

  // Pictures whose brightest pixel of all is below this are less likely than a mistake.
  private static final double BRIGHT = 100;

  static ValueRange ofFloats(double least, double greatest, String where) {
    if (least >= 0 && greatest <= 1) {
      return new ValueRange(255, 0);
    }
    if (least >= -1 && least < 0 && greatest <= 1) {
      return new ValueRange(127.5, 127.5);
    }
    if (least >= 0 && greatest > BRIGHT && greatest <= 255) {
      return BYTES;
    }
    throw new InvalidInputException(
        "%s: floats from %s to %s are not clearly in [0, 1], [-1, 1] or [0, 255]; scale or clip them, or save uint8"
            .formatted(where, (float) least, (float) greatest));
  }

  /** A value as brightness, 0..255. */
  float apply(double value) {
    return (float) (scale * value + shift);
  }
}
