package org.couplet.serving;

/** A call that was not computed, for a reason that the client should know. */
public final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Why. */
  public enum Reason {
    /** There is no such model, version or label. */
    NOT_FOUND,
    /** Too much waits already. */
    BUSY,
    /** It was not computed within its time. */
    LATE,
    /** The server is stopping, or has no version of the model yet. */
    UNAVAILABLE
  }

  private final Reason reason;

  Refusal(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }
}
