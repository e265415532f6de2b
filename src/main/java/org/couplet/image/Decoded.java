package org.couplet.image;

import java.util.Set;
import org.couplet.picture.ImageSize;
import org.couplet.picture.PictureTrait;

/** What became of one image of a source. */
public sealed interface Decoded {
  /**
   * It was decoded.
   *
   * @param pixels [height, width, channels], 0..255
   * @param traits of its file
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Image(ImageSize size, byte[] pixels, Set<PictureTrait> traits) implements Decoded {}

  /**
   * It can't be taken.
   *
   * @param name of the image within its source
   * @param reason a word or two by which such images are counted
   * @param message why, in a few words
   */
  record LeftOut(String name, String reason, String message) implements Decoded {}
}
