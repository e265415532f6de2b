package org.couplet.command;

/** What a command's process ends with. */
public final class ExitCode {
  /** Done. */
  public static final int DONE = 0;

  /** Failed. */
  public static final int FAILED = 1;

  /** Bad input or usage. */
  public static final int BAD_INPUT = 2;

  /** Interrupted by the user. */
  public static final int INTERRUPTED = 130;

  /** Done, but nobody reads the output any more: what a shell reports for SIGPIPE. */
  public static final int CLOSED_PIPE = 128 + 13;

  private ExitCode() {}
}
