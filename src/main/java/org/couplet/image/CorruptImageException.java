package org.couplet.image;

import java.io.IOException;

/** One image can't be decoded; the others may be fine. The message says why, without its name. */
final class CorruptImageException extends IOException {
  private static final long serialVersionUID = 1L;

  CorruptImageException(String message) {
    super(message);
  }

  CorruptImageException(String message, Throwable cause) {
    super(message, cause);
  }
}
