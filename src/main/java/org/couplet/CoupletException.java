package org.couplet;

/**
 * Work that can't go on although its input was right: a training whose loss is no longer finite, a
 * processor on which TensorFlow computes wrong numbers, memory that is too small. The message is
 * one line that says what to do.
 */
public final class CoupletException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CoupletException(String message, Throwable cause) {
    super(message, cause);
  }
}
