package org.couplet.picture;

/**
 * What to make of a picture's orientation and transparency.
 *
 * @param upright whether pictures are turned as their metadata say; otherwise they stay as stored
 * @param background what transparent pixels lie over
 */
public record PictureReading(boolean upright, Colour background) {
  /** Pixels as they are stored, over black: how images are measured. */
  public static final PictureReading AS_STORED = new PictureReading(false, Colour.BLACK);

  /**
   * A colour.
   *
   * @param red 0..255
   * @param green likewise
   * @param blue likewise
   */
  public record Colour(int red, int green, int blue) {
    public static final Colour BLACK = new Colour(0, 0, 0);
    public static final Colour WHITE = new Colour(255, 255, 255);

    /** All words, for messages. */
    public static final String WORDS = "white, black, or red, green and blue as R,G,B (0 to 255)";

    /** Checks the ranges. */
    public Colour {
      if (Math.min(red, Math.min(green, blue)) < 0 || Math.max(red, Math.max(green, blue)) > 255) {
        throw new IllegalArgumentException(red + "," + green + "," + blue);
      }
    }

    /**
     * The colour that a word names: white, black, or three numbers.
     *
     * @throws IllegalArgumentException if it names none
     */
    public static Colour parse(String word) {
      if (word.equalsIgnoreCase("white")) {
        return WHITE;
      }
      if (word.equalsIgnoreCase("black")) {
        return BLACK;
      }
      String[] parts = word.split(",", -1);
      if (parts.length != 3) {
        throw new IllegalArgumentException(word);
      }
      return new Colour(
          Integer.parseInt(parts[0].strip()),
          Integer.parseInt(parts[1].strip()),
          Integer.parseInt(parts[2].strip()));
    }

    boolean isGrey() {
      return red == green && green == blue;
    }

    float channel(int channel) {
      return channel == 0 ? red : channel == 1 ? green : blue;
    }

    /** {@code white}, {@code black} or {@code R,G,B}. */
    @Override
    public String toString() {
      return equals(BLACK)
          ? "black"
          : equals(WHITE) ? "white" : "%d,%d,%d".formatted(red, green, blue);
    }
  }
}
