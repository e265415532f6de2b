package org.couplet.picture;

/**
 * How a stored picture is turned to be upright, numbered as EXIF does: 1 is upright already; 2 to 4
 * mirror or turn it by 180 degrees; 5 to 8 also swap its axes.
 *
 * @param number 1..8
 */
record Orientation(int number) {
  static final Orientation UPRIGHT = new Orientation(1);

  Orientation {
    if (number < 1 || number > 8) {
      throw new IllegalArgumentException("orientation " + number);
    }
  }

  boolean isUpright() {
    return number == 1;
  }

  /** The upright size of a stored picture. */
  ImageSize upright(ImageSize stored) {
    return swapsAxes()
        ? new ImageSize(/* height= */ stored.width(), /* width= */ stored.height())
        : stored;
  }

  /** Where a stored pixel lies in the upright picture: row times its width plus column. */
  int target(ImageSize stored, int row, int column) {
    int x = fromRight() ? stored.width() - 1 - column : column;
    int y = fromBelow() ? stored.height() - 1 - row : row;
    return swapsAxes() ? x * stored.height() + y : y * stored.width() + x;
  }

  private boolean swapsAxes() {
    return number >= 5;
  }

  private boolean fromRight() {
    return number == 2 || number == 3 || number == 7 || number == 8;
  }

  private boolean fromBelow() {
    return number == 3 || number == 4 || number == 6 || number == 7;
  }
}
