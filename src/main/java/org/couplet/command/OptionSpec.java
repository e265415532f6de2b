package org.couplet.command;

import org.jspecify.annotations.Nullable;

/**
 * One option as a command declares it.
 *
 * @param value what its value is called; null for a flag
 */
record OptionSpec(String name, @Nullable String value, Kind kind, String description) {
  /** How often an option is given. */
  enum Kind {
    /** Once. */
    REQUIRED,
    /** Once or not at all. */
    OPTIONAL,
    /** Any number of times. */
    REPEATABLE,
    /** Once or not at all, with one value or more. */
    LIST
  }

  /** The option with its value: {@code --steps N}. */
  String text() {
    return "--" + name + (value == null ? "" : " " + value) + (kind == Kind.LIST ? " ..." : "");
  }
}
