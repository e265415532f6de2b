package org.couplet.array;

import org.couplet.io.InvalidInputException;
import org.couplet.picture.Picture;
import org.couplet.picture.PictureKind;
import org.tensorflow.ndarray.Shape;

/**
 * How images lie in an array. Found from the shape alone:
 *
 * <ul>
 *   <li>[n, h, w, 1 or 3] has its channels last, [n, 1 or 3, h, w] first; a shape that could be
 *       either is refused;
 *   <li>[n, h, w] is grey; but if w is 1 or 3 it could be a single colour image, and is refused;
 *   <li>[n, 3 s s] and [n, s s] are square images in one row each, channels first, as in
 *       downsampled ImageNet.
 * </ul>
 *
 * @param channels 1 or 3
 */
public record ArrayLayout(int height, int width, int channels, boolean channelsFirst) {
  /** Of one image, as of a picture: 8192 x 8192. */
  public static final long MOST_PIXELS = 1L << 26;

  public static ArrayLayout of(Shape shape, String where) {
    long[] sizes = shape.asArray();
    return switch (sizes.length) {
      case 4 -> ofFour(sizes, where);
      case 3 -> ofThree(sizes, where);
      case 2 -> ofTwo(sizes, where);
      default -> throw noImages(shape, where);
    };
  }

  private static ArrayLayout ofFour(long[] sizes, String where) {
    boolean last = isChannels(sizes[3]);
    boolean first = isChannels(sizes[1]);
    if (first && last) {
      throw new InvalidInputException(
          where
              + ": shape "
              + Shape.of(sizes)
              + " may have its channels first or last; save it with larger images");
    }
    if (!first && !last) {
      throw noImages(Shape.of(sizes), where);
    }
    return last
        ? checked(sizes[1], sizes[2], sizes[3], false, where)
        : checked(sizes[2], sizes[3], sizes[1], true, where);
  }

  private static ArrayLayout ofThree(long[] sizes, String where) {
    if (isChannels(sizes[2])) {
      throw new InvalidInputException(
          where
              + ": shape "
              + Shape.of(sizes)
              + " may be one colour image or many grey ones; save it with 4 dimensions");
    }
    return checked(sizes[1], sizes[2], 1, false, where);
  }

  private static ArrayLayout ofTwo(long[] sizes, String where) {
    for (int channels : new int[] {3, 1}) {
      long side = Math.round(Math.sqrt((double) sizes[1] / channels));
      if (side > 0 && side * side * channels == sizes[1]) {
        return checked(side, side, channels, true, where);
      }
    }
    throw noImages(Shape.of(sizes), where);
  }

  private static boolean isChannels(long size) {
    return size == 1 || size == 3;
  }

  private static ArrayLayout checked(
      long height, long width, long channels, boolean channelsFirst, String where) {
    if (height < 1 || width < 1 || height > MOST_PIXELS / width) {
      throw new InvalidInputException(
          "%s: images of %d x %d; they must have 1 to %d pixels"
              .formatted(where, height, width, MOST_PIXELS));
    }
    return new ArrayLayout((int) height, (int) width, (int) channels, channelsFirst);
  }

  private static InvalidInputException noImages(Shape shape, String where) {
    return new InvalidInputException(
        where
            + ": shape "
            + shape
            + " is not one of images; give [n, h, w, 1 or 3], [n, 1 or 3, h, w], [n, h, w] or [n, 3 s s]");
  }

  /** Values of one image. */
  public int values() {
    return height * width * channels;
  }

  /** A picture from an image's values in the array's order. */
  public Picture picture(float[] values) {
    Picture picture =
        channelsFirst
            ? Picture.ofPlanes(height, width, channels, values)
            : new Picture(height, width, channels, values);
    return picture.of(PictureKind.ARRAY);
  }
}
