package org.couplet.array;

import org.couplet.io.InvalidInputException;
import org.couplet.npy.NpyType;

/**
 * What an array's numbers mean as brightness. The type decides, and the least and the greatest
 * value of the whole array:
 *
 * <ul>
 *   <li>bool is black and white;
 *   <li>integers are 0..255; if the greatest is 1 to 9, they are refused, since all would be black;
 *   <li>uint16 above 255 is 0..65535 if something is above 100/255 of that, and refused if not;
 *   <li>floats are within [0, 1], within [-1, 1], or within [0, 255] with something above 100;
 *       anything else could be two of these, or none, and is refused.
 * </ul>
 *
 * @param scale multiplies a value
 * @param shift is added then; the result is 0..255
 */
public record ValueRange(double scale, double shift) {
  /** Values that are 0..255 already. */
  public static final ValueRange BYTES = new ValueRange(1, 0);

  // Pictures whose brightest pixel of all is below this are less likely than a mistake.
  private static final double BRIGHT = 100;

  // Integers up to this are numbers of classes, or false and true.
  private static final double DARK = 9;

  // 255 becomes 65535: what each value of 8 bits is at 16.
  private static final double WIDER = 257;

  /** Whether values read so far decide, whatever else comes. Only of integers they can. */
  public static boolean isSettled(NpyType type, double greatest) {
    double enough = type == NpyType.U2 ? BRIGHT * WIDER : DARK;
    return type.isInteger() && greatest > enough;
  }

  /**
   * The meaning of an array's values.
   *
   * @param least of all values, or of those until {@link #isSettled}
   * @param greatest likewise
   * @param where the array's name, for messages
   */
  public static ValueRange of(NpyType type, double least, double greatest, String where) {
    if (type == NpyType.B1) {
      return new ValueRange(255, 0);
    }
    if (type.isFloat()) {
      return ofFloats(least, greatest, where);
    }
    if (greatest > 0 && greatest <= DARK) {
      throw new InvalidInputException(
          "%s: integers up to %.0f, which would be black images; scale them to 0..255%s"
              .formatted(where, greatest, greatest == 1 ? ", or save them as bool" : ""));
    }
    if (type != NpyType.U2 || greatest <= 255) {
      return BYTES;
    }
    if (greatest <= BRIGHT * WIDER) {
      throw new InvalidInputException(
          "%s: uint16 up to %.0f is not clearly in 0..255 or 0..65535; scale it, or save uint8"
              .formatted(where, greatest));
    }
    return new ValueRange(1 / WIDER, 0);
  }

  private static ValueRange ofFloats(double least, double greatest, String where) {
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
  public float apply(double value) {
    return (float) (scale * value + shift);
  }
}
