package org.couplet.image;

import java.util.Set;

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
   * It can't be.
   *
   * @param name of the image within its source
   * @param reason in a few words
   */
  record Corrupt(String name, String reason) implements Decoded {}
}
