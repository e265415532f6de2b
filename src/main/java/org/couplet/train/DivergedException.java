package org.couplet.train;

import org.couplet.io.FailureException;

/** Training can't go on: the loss or its gradient is not a finite number. */
public final class DivergedException extends FailureException {
  private static final long serialVersionUID = 1L;

  DivergedException(String message) {
    super(message);
  }
}
