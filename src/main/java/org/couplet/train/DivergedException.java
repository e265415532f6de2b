package org.couplet.train;

/** Training can't go on: the loss or its gradient is not a finite number. */
public final class DivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DivergedException(String message) {
    super(message);
  }
}
