package org.couplet.picture;

/**
 * What the markers of a JPEG file say, read without decoding.
 *
 * @param components number of channels; 0 if no frame was found
 * @param scans number of passes over the picture
 * @param transform Adobe's: 0 none, 1 YCbCr, 2 YCCK; -1 without its marker
 * @param letters whether the components are named R, G and B
 */
record JpegHeader(int components, int scans, int transform, boolean letters) {
  private static final int START_OF_SCAN = 0xda;
  private static final int END = 0xd9;
  private static final int ADOBE = 0xee;

  static JpegHeader of(byte[] file) {
    int components = 0;
    int scans = 0;
    int transform = -1;
    boolean letters = false;
    int at = 2;
    while (at + 4 <= file.length) {
      if ((file[at] & 0xff) != 0xff || !isSegment(file[at + 1] & 0xff)) {
        at++; // Within a scan's data, or between segments.
        continue;
      }
      int marker = file[at + 1] & 0xff;
      if (marker == END) {
        break;
      }
      int length = (file[at + 2] & 0xff) << 8 | (file[at + 3] & 0xff);
      if (marker == START_OF_SCAN) {
        scans++;
      } else if (isFrame(marker) && at + 10 <= file.length && components == 0) {
        components = file[at + 9] & 0xff;
        letters = at + 17 <= file.length && file[at + 10] == 'R' && file[at + 13] == 'G';
      } else if (marker == ADOBE && length >= 14 && at + 16 <= file.length && file[at + 4] == 'A') {
        transform = file[at + 15] & 0xff;
      }
      at += 2 + Math.max(length, 2);
    }
    return new JpegHeader(components, scans, transform, letters);
  }

  // Not the zero after a byte of 255, a restart mark, or fill.
  private static boolean isSegment(int marker) {
    return marker >= 0xc0 && marker != 0xff && !(marker >= 0xd0 && marker <= 0xd8);
  }

  private static boolean isFrame(int marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
  }

  /** Whether the first three components are brightness and two of colour. */
  boolean isYcc() {
    return components == 4 ? transform == 2 : components == 3 && transform != 0 && !letters;
  }
}
