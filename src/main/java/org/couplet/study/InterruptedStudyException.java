package org.couplet.study;

/** The user ended a study; what was done so far is kept. */
public final class InterruptedStudyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InterruptedStudyException() {
    super("interrupted; the same command continues");
  }
}
