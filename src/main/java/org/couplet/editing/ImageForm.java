package org.couplet.editing;

import org.couplet.picture.ImageSize;
import org.couplet.picture.Picture;
import org.tensorflow.ndarray.Shape;

/**
 * Size and channels of images.
 *
 * @param height pixels
 * @param width pixels
 * @param channels 1 or 3
 */
public record ImageForm(int height, int width, int channels) {
  /** Of [height, width, channels]. */
  static ImageForm of(Shape image) {
    return new ImageForm((int) image.get(0), (int) image.get(1), (int) image.get(2));
  }

  ImageSize size() {
    return new ImageSize(height, width);
  }

  /**
   * A picture with these channels.
   *
   * @param fit whether also of this size: cut to its central square, if that is its form, and
   *     resized
   */
  Picture of(Picture picture, boolean fit) {
    Picture square = fit && height == width ? picture.centreSquare() : picture;
    return (fit ? square.resized(height, width) : square).withChannels(channels);
  }
}
