package org.couplet.image;

import java.io.IOException;
import org.couplet.picture.Picture;
import org.couplet.picture.PictureDecoder;
import org.couplet.picture.UnreadableImageException;

/** Images in their order, to be fetched by one thread and decoded by several. */
interface ImageSource extends AutoCloseable {
  /** Number of images, corrupt ones among them. */
  long size();

  /** Colour channels of every image: 1 or 3. */
  int channels();

  /** The next image; to be called {@link #size()} times. */
  Item next() throws IOException;

  @Override
  void close() throws IOException;

  /**
   * An image still to be decoded.
   *
   * @param name says where it comes from
   * @param decoding its work, on any thread, while the source is open
   */
  record Item(String name, Decoding decoding) {}

  /** The work of decoding one image. */
  @FunctionalInterface
  interface Decoding {
    /**
     * Decodes.
     *
     * @param decoder for a picture file
     * @throws UnreadableImageException if this image can't be taken and others may
     * @throws IOException if the source can't be read at all
     */
    Picture decode(PictureDecoder decoder) throws IOException;
  }
}
