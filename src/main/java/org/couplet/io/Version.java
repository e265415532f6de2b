package org.couplet.io;

/** Stub. */
public final class Version {
  private Version() {}

  /** Stub. */
  public static String describe() {
    return "stub";
  }
}
