package org.couplet.picture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/**
 * The first directory of a TIFF file, or of the EXIF metadata in another. What is damaged counts as
 * not there; offsets are checked before they are used, in long arithmetic.
 *
 * @param values by tag: the first value of an entry if it is an integer
 * @param more whether another directory follows: a page
 */
record TiffDirectory(Map<Integer, Long> values, boolean more) {
  private static final int SUBFILE_TYPE = 0xfe;
  private static final int WIDTH = 0x100;
  private static final int HEIGHT = 0x101;
  private static final int COLOURS = 0x106;
  private static final int ORIENTATION = 0x112;
  private static final int TILE_WIDTH = 0x142;
  private static final int TILE_HEIGHT = 0x143;
  private static final int SUB_DIRECTORIES = 0x14a;
  private static final int DNG_VERSION = 0xc612;
  private static final long COLOUR_FILTERS = 32803;
  private static final long LINEAR_RAW = 34892;
  private static final int ENTRY = 12;
  private static final int SHORT = 3;

  static TiffDirectory of(ByteBuffer file) {
    Map<Integer, Long> values = new HashMap<>();
    if (file.limit() < 8) {
      return new TiffDirectory(values, false);
    }
    file.order(file.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    long at = file.getInt(4) & 0xffffffffL;
    if (at + 2 > file.limit()) {
      return new TiffDirectory(values, false);
    }
    int count = file.getShort((int) at) & 0xffff;
    at += 2;
    for (int i = 0; i < count && at + ENTRY <= file.limit(); i++, at += ENTRY) {
      int entry = (int) at;
      long value =
          file.getShort(entry + 2) == SHORT
              ? file.getShort(entry + 8) & 0xffffL
              : file.getInt(entry + 8) & 0xffffffffL;
      values.putIfAbsent(file.getShort(entry) & 0xffff, value);
    }
    boolean more = at + 4 <= file.limit() && file.getInt((int) at) != 0;
    return new TiffDirectory(values, more);
  }

  /** Upright unless another one of the eight is noted. */
  Orientation orientation() {
    long number = values.getOrDefault(ORIENTATION, 1L);
    return number >= 1 && number <= 8 ? new Orientation((int) number) : Orientation.UPRIGHT;
  }

  /** Whether the picture here is a smaller version of another one. */
  boolean isPreview() {
    return (values.getOrDefault(SUBFILE_TYPE, 0L) & 1) != 0;
  }

  /** Whether a camera wrote what its sensor saw, be it behind a preview. */
  boolean isCameraRaw() {
    long colours = values.getOrDefault(COLOURS, 0L);
    return values.containsKey(DNG_VERSION)
        || colours == COLOUR_FILTERS
        || colours == LINEAR_RAW
        || (isPreview() && values.containsKey(SUB_DIRECTORIES));
  }

  /**
   * Checks the sizes before Java's decoder believes them.
   *
   * @throws UnreadableImageException if one is 0 or more than a picture may have
   */
  void checkSizes() throws UnreadableImageException {
    for (int tag : new int[] {WIDTH, HEIGHT, TILE_WIDTH, TILE_HEIGHT}) {
      // Absent tiles are fine; absent sizes are the decoder's to name.
      long size = values.getOrDefault(tag, 1L);
      if (size < 1 || size > PictureDecoder.MAXIMUM_PIXELS) {
        throw UnreadableImageException.corrupt("a side of %d pixels".formatted(size));
      }
    }
  }
}
