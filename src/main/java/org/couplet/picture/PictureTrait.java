package org.couplet.picture;

/** What a picture file may hold other than three opaque channels of 8 bits, and is not kept. */
public enum PictureTrait {
  /** One channel; its value is copied to all three. */
  GREY("grey, the value taken for red, green and blue"),
  /** At least one pixel is not opaque; it is laid over black. */
  TRANSPARENT("with transparent pixels, laid over black"),
  /** 16 bits in each channel; they are scaled to 8. */
  SIXTEEN_BITS("of 16 bits a channel, scaled to 8");

  private final String words;

  PictureTrait(String words) {
    this.words = words;
  }

  /** What was found and what became of it, in a few words. */
  public String describe() {
    return words;
  }
}
