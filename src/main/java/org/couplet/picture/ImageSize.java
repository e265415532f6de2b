package org.couplet.picture;

/**
 * The size of an image.
 *
 * @param height pixels
 * @param width pixels
 */
public record ImageSize(int height, int width) {
  /** Height times width. */
  public long pixels() {
    return (long) height * width;
  }

  /** Height and width, such as {@code 480 x 640}. */
  @Override
  public String toString() {
    return height + " x " + width;
  }
}
