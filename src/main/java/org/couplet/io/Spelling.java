package org.couplet.io;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that a misspelt one was meant to be. */
public final class Spelling {
  private Spelling() {}

  /** A remedy: the closest of {@code names}, or all of them when none is close. */
  public static String suggest(String wrong, Collection<String> names) {
    Optional<String> closest = closest(wrong, names);
    if (closest.isPresent()) {
      return "Did you mean " + closest.get() + "?";
    }
    List<String> all = List.copyOf(names);
    return all.isEmpty() ? "This message has no fields" : "Known here: " + String.join(", ", all);
  }

  /** The names, those that begin like the wrong one first, then those with the fewest edits. */
  public static List<String> nearestFirst(String wrong, Collection<String> names) {
    String lower = wrong.toLowerCase(Locale.ROOT);
    return names.stream()
        .sorted(
            Comparator.comparing((String name) -> !name.toLowerCase(Locale.ROOT).startsWith(lower))
                .thenComparingInt(name -> distance(lower, name.toLowerCase(Locale.ROOT))))
        .toList();
  }

  /** The only name that begins so, or that with the fewest edits, at most about a third of it. */
  public static Optional<String> closest(String wrong, Collection<String> names) {
    List<String> longer = names.stream().filter(name -> name.startsWith(wrong)).toList();
    if (longer.size() == 1) {
      return Optional.of(longer.get(0));
    }
    return names.stream()
        .min(Comparator.comparingInt(name -> distance(wrong, name)))
        .filter(name -> distance(wrong, name) <= Math.max(wrong.length(), name.length()) / 3 + 1);
  }

  /** Levenshtein's distance: insertions, deletions and replacements, each counting 1. */
  private static int distance(String from, String to) {
    int[] above = new int[to.length() + 1];
    for (int column = 0; column <= to.length(); column++) {
      above[column] = column;
    }
    for (int row = 1; row <= from.length(); row++) {
      int[] current = new int[to.length() + 1];
      current[0] = row;
      for (int column = 1; column <= to.length(); column++) {
        int replaced = from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1;
        int inserted = Math.min(current[column - 1], above[column]) + 1;
        current[column] = Math.min(inserted, above[column - 1] + replaced);
      }
      above = current;
    }
    return above[to.length()];
  }
}
