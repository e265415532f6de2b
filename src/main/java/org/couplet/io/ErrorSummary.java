package org.couplet.io;

import java.util.regex.Pattern;

/** The line of a message that says what happened. */
public final class ErrorSummary {
  // TensorFlow heads a list of what failed at the same time so, and numbers its entries.
  private static final Pattern HEAD =
      Pattern.compile("\\d+ root error\\(s\\) found\\.|From /job:\\S+:|");
  private static final Pattern NUMBER = Pattern.compile("^\\s*\\(\\d+\\) ");

  private ErrorSummary() {}

  /** Of an exception; the name of its class where it has no message. */
  public static String of(Throwable e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return message
        .lines()
        .filter(line -> !HEAD.matcher(line).matches())
        .findFirst()
        .map(line -> NUMBER.matcher(line).replaceFirst(""))
        .orElse(message);
  }
}
