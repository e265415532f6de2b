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

  /** The same with its unit, and which is which where that matters. */
  public String inPixels() {
    return this + " pixels" + (height == width ? "" : " (height x width)");
  }

  /** Height and width, such as {@code 480 x 640}. */
  @Override
  public String toString() {
    return height + " x " + width;
  }
}
