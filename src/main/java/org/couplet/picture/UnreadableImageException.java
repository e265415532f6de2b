package org.couplet.picture;

import java.io.IOException;

/**
 * One image can't be taken; the others may be fine. The message says why in a few words, without
 * the image's name: {@code corrupt image (truncated file)}.
 */
public final class UnreadableImageException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String reason;

  /**
   * @param reason one or two words that many images may share, by which they are counted: {@code
   *     corrupt}, {@code heic}
   * @param message why this image can't be taken
   */
  public UnreadableImageException(String reason, String message) {
    super(message);
    this.reason = reason;
  }

  private UnreadableImageException(String reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** A damaged image. */
  public static UnreadableImageException corrupt(String damage) {
    return new UnreadableImageException("corrupt", "corrupt image (" + damage + ")");
  }

  /** A damaged image, and what showed it. */
  public static UnreadableImageException corrupt(String damage, Throwable cause) {
    return new UnreadableImageException("corrupt", "corrupt image (" + damage + ")", cause);
  }

  /** By what such images are counted: {@code corrupt}, {@code heic}, {@code text}. */
  public String reason() {
    return reason;
  }
}
