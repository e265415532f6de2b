package org.couplet.picture;

/**
 * What a picture has other than three opaque channels of 8 bits, or what had to be done to it. Two
 * descriptions: what an import does to such pictures, and what measuring them means to somebody who
 * compares the number with that of a tool that reads them with Python's Pillow.
 */
public enum PictureTrait {
  /** Stored as one channel, or with a palette of greys. */
  GREY("grey", "stored as one channel", "grey, the value taken for red, green and blue"),
  /** At least one pixel is not opaque; it is laid over a background. */
  TRANSPARENT(
      "transparent",
      "laid over the background",
      "with transparent pixels, laid over black; the number differs from that of tools that drop"
          + " the transparency, as Pillow's convert(\"RGB\") does"),
  /** Its metadata say that it is stored turned or mirrored. */
  ORIENTED(
      "turned",
      "as their orientation says",
      "with an orientation, taken as stored, as other FID tools do; `couplet data` turns them, so"
          + " the number differs from that of its file"),
  /** Stored as inks. */
  CMYK("cmyk", "converted to red, green and blue", "in CMYK, converted as Pillow does"),
  /** Its colours have a profile other than sRGB. */
  PROFILE(
      "colour profile",
      "converted to sRGB",
      "with a colour profile, converted to sRGB; the number differs from that of tools that ignore"
          + " it, as Pillow does"),
  /** 16 bits in each channel; they are scaled to 8. */
  SIXTEEN_BITS(
      "16 bits",
      "scaled to 8",
      "of 16 bits a channel, scaled to 8; the number differs from that of tools that cut them off,"
          + " as Pillow does"),
  /** It has more frames or pages; the first is taken. */
  FIRST_OF_MANY(
      "many frames", "or pages, the first taken", "with many frames or pages, the first taken"),
  /** Made more than twice as large: it has fewer pixels than its size promises. */
  ENLARGED("enlarged", "to more than twice their own size", "enlarged"),
  /** More than three times as long as wide; its ends are cut away. */
  STRIP("strips", "longer than 3:1, their ends cut away", "longer than 3:1");

  private final String word;
  private final String imported;
  private final String measured;

  PictureTrait(String word, String imported, String measured) {
    this.word = word;
    this.imported = imported;
    this.measured = measured;
  }

  /** Its name in tables. */
  public String word() {
    return word;
  }

  /** What became of such pictures in an import, in a few words. */
  public String describe() {
    return imported;
  }

  /** What they are and what measuring them means: {@code 2 images ...}. */
  public String describeMeasured() {
    return measured;
  }
}
