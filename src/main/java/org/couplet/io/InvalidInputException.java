package org.couplet.io;

/**
 * The user's input can't be used. The message is one line that says what is wrong, where, and what
 * to do; the command line prints it and exits with 2.
 */
public final class InvalidInputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message one line: where, what, and the remedy
   */
  public InvalidInputException(String message) {
    super(message);
  }

  /**
   * @param message one line: where, what, and the remedy
   * @param cause what the library said
   */
  public InvalidInputException(String message, Throwable cause) {
    super(message, cause);
  }
}
