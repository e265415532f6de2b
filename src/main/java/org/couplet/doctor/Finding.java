package org.couplet.doctor;

import java.util.List;
import java.util.Optional;

/**
 * One thing that {@code couplet doctor} found out.
 *
 * @param mark how it stands
 * @param topic what was looked at, a word or two
 * @param fact what was found, one line
 * @param details of it, each a line
 * @param advice what to do about it, one line, if anything
 */
record Finding(
    Mark mark, String topic, String fact, List<String> details, Optional<String> advice) {
  Finding {
    details = List.copyOf(details);
  }

  /** How a thing stands. */
  enum Mark {
    /** As it should be. */
    OK,
    /** It works; there is something to know or to gain. */
    NOTE,
    /** It keeps Couplet from working. */
    MISSING
  }

  static Finding ok(String topic, String fact) {
    return new Finding(Mark.OK, topic, fact, List.of(), Optional.empty());
  }

  static Finding note(String topic, String fact, String advice) {
    return new Finding(Mark.NOTE, topic, fact, List.of(), Optional.of(advice));
  }

  static Finding missing(String topic, String fact, String advice) {
    return new Finding(Mark.MISSING, topic, fact, List.of(), Optional.of(advice));
  }
}
