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
   * What to type instead, where such a name stands behind options.
   *
   * @param before what comes before the name: the command, or nothing
   */
  public static Optional<String> inFront(
      List<String> before, String[] arguments, Collection<String> names) {
    return Arrays.stream(arguments)
        .filter(names::contains)
        .findFirst()
        .map(
            name -> {
              List<String> words = new ArrayList<>(Arrays.asList(arguments));
              words.remove(name);
              words.add(0, name);
              words.addAll(0, before);
              return Invocation.ofProcess().line(words.toArray());
            });
  }
}
