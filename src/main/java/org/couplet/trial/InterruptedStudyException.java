package org.couplet.trial;

/** The user ended a study; what was done so far is kept. */
public final class InterruptedStudyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Nothing more is to be said. */
  public InterruptedStudyException() {
    super("interrupted; the same command continues");
  }
}
