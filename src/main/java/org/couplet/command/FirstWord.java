package org.couplet.command;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.couplet.io.Invocation;

/** The name that stands before all options: a command, an edit or a study. */
public final class FirstWord {
  private FirstWord() {}

  /**
   * What to type instead, where such a name stands behind options. A word behind an option is its
   * value. Empty where the first word is no option.
   *
   * @param before what comes before the name: the command, or nothing
   */
  public static Optional<String> inFront(
      List<String> before, String[] arguments, Collection<String> names) {
    if (arguments.length == 0 || !arguments[0].startsWith("-")) {
      return Optional.empty();
    }
    for (int i = 1; i < arguments.length; i++) {
      if (names.contains(arguments[i]) && !arguments[i - 1].matches("--[^=]+")) {
        List<String> words = new ArrayList<>(Arrays.asList(arguments));
        words.add(0, words.remove(i));
        words.addAll(0, before);
        return Optional.of(Invocation.ofProcess().line(words.toArray()));
      }
    }
    return Optional.empty();
  }
}
