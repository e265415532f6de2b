package org.couplet.io;

import java.util.Optional;

/** How many images are drawn at once, as a grid or a movie: they are in memory together. */
public final class PictureLimit {
  // 10,000 x 10,000, with its samples half a gigabyte of Java's heap.
  private static final long MOST_PIXELS = 100_000_000;

  /** Images with smaller sides are enlarged to about this, so that they can be looked at. */
  public static final int VIEWABLE = 64;

  private PictureLimit() {}

  /**
   * The most images of a size, at least 1.
   *
   * @param height pixels, at least 1
   * @param width pixels, at least 1
   */
  public static int images(long height, long width) {
    return (int)
        Math.max(1, MOST_PIXELS / (Math.max(VIEWABLE, height) * Math.max(VIEWABLE, width)));
  }

  /** Why so many images of a size can't be drawn, and how many can; empty if they can. */
  public static Optional<String> refusal(long count, long height, long width) {
    int most = images(height, width);
    return count <= most
        ? Optional.empty()
        : Optional.of(
            "%d images of %d x %d are too many to draw at once. Give at most %d"
                .formatted(count, height, width, most));
  }
}
