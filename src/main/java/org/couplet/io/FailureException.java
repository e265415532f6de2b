package org.couplet.io;

/** Work that can't go on, for a reason that the user should read: the message is one line. */
public class FailureException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message of one line. */
  public FailureException(String message) {
    super(message);
  }
}
