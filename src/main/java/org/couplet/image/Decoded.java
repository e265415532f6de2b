package org.couplet.image;

import org.couplet.picture.ImageSize;
import org.couplet.picture.PictureNotes;

/** What became of one image of a source. */
public sealed interface Decoded {
  /**
   * It was decoded.
   *
   * @param pixels [height, width, channels], 0..255
   * @param notes what is known beside its pixels
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Image(ImageSize size, byte[] pixels, PictureNotes notes) implements Decoded {
    /** 1 or 3. */
    public int channels() {
      return Math.toIntExact(pixels.length / size.pixels());
    }
  }

  /**
   * It can't be taken.
   *
   * @param name of the image within its source
   * @param reason a word or two by which such images are counted
   * @param message why, in a few words
   */
  record LeftOut(String name, String reason, String message) implements Decoded {}
}
