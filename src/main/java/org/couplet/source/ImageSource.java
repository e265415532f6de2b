package org.couplet.source;

import java.io.IOException;
import java.util.BitSet;
import java.util.Optional;
import org.couplet.io.InvalidInputException;
import org.couplet.picture.Picture;
import org.couplet.picture.PictureDecoder;
import org.couplet.picture.UnreadableImageException;

/** Images in their order, to be fetched by one thread and decoded by several. */
public interface ImageSource extends AutoCloseable {
  /** Number of images, corrupt ones among them. */
  long size();

  /** Colour channels of every image: 1 or 3. */
  int channels();

  /** Whether images are files, whose paths name them. */
  default boolean hasFiles() {
    return false;
  }

  /** The next image; to be called {@link #size()} times. */
  Item next() throws IOException;

  /**
   * Passes over images; to be called before the first is fetched.
   *
   * @param images how many, at most {@link #size()}
   */
  default void skip(long images) throws IOException {
    for (long image = 0; image < images; image++) {
      next();
    }
  }

  /**
   * The classes of some images, if the source has classes; to be called after the last image.
   *
   * @param taken which images, by their number in the source's order
   * @throws InvalidInputException if the source's labels do not go with its images
   */
  default Optional<Labels> labels(BitSet taken) throws IOException {
    return Optional.empty();
  }

  @Override
  void close() throws IOException;

  /**
   * An image still to be decoded.
   *
   * @param name says where it comes from
   * @param bytes of memory that it takes before it is decoded
   * @param looking tells whether it is a picture at all
   * @param decoding its work, on any thread, while the source is open
   */
  record Item(String name, long bytes, Looking looking, Decoding decoding) {
    /** An image of an array. */
    public Item(String name, long bytes, Decoding decoding) {
      this(name, bytes, () -> true, decoding);
    }

    /** A file. */
    Item(PictureFile file) {
      this(
          file.name(),
          Math.min(file.bytes(), PictureFile.MOST_BYTES),
          file::isPicture,
          file::decode);
    }
  }

  /** Looks at how a file begins. */
  @FunctionalInterface
  interface Looking {
    /** Whether it is a picture, maybe a damaged one or of a kind that is not read. */
    boolean isPicture() throws IOException;
  }

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
