package org.couplet.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Finds the name that a misspelt one was meant to be. */
public final class Spelling {
  private static final int MOST_NAMED = 5;

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
    record Rated(String name, boolean other, int distance) {}
    String lower = wrong.toLowerCase(Locale.ROOT);
    return names.stream()
        .map(
            name -> {
              String each = name.toLowerCase(Locale.ROOT);
              return new Rated(name, !each.startsWith(lower), distance(lower, each));
            })
        .sorted(Comparator.comparing(Rated::other).thenComparingInt(Rated::distance))
        .map(Rated::name)
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

  /**
   * Where nothing that fits is at a path: what does beside it, or in it if it is a folder. It ends
   * a message, and is empty if nothing fits.
   */
  public static String nearby(Path path, Predicate<Path> fits) {
    Path name = path.toAbsolutePath().normalize().getFileName();
    Path parent = path.getParent();
    if (name == null) {
      return "";
    }
    if (Files.isDirectory(path)) {
      return listed(path.toString(), names(path, fits));
    }
    if (parent != null && !Files.exists(parent)) {
      Path missing = parent;
      while (missing.getParent() != null && !Files.exists(missing.getParent())) {
        missing = missing.getParent();
      }
      return "; there is no folder "
          + missing
          + meant(missing, names(above(missing), Files::isDirectory));
    }
    List<String> names = names(above(path), fits);
    String meant = meant(path, names);
    return meant.isEmpty()
        ? listed(
            parent == null ? "this folder" : parent.toString(),
            nearestFirst(name.toString(), names))
        : meant;
  }

  private static Path above(Path path) {
    Path parent = path.toAbsolutePath().normalize().getParent();
    return parent == null ? path : parent;
  }

  private static String meant(Path path, List<String> names) {
    return closest(String.valueOf(path.getFileName()), names)
        .map(name -> "; did you mean " + path.resolveSibling(name) + "?")
        .orElse("");
  }

  private static String listed(String folder, List<String> names) {
    return names.isEmpty()
        ? ""
        : "; %s %s in %s"
            .formatted(FirstNames.of(names, MOST_NAMED), names.size() == 1 ? "is" : "are", folder);
  }

  private static List<String> names(Path folder, Predicate<Path> fits) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(entry -> !String.valueOf(entry.getFileName()).startsWith("."))
          .filter(fits)
          .map(entry -> String.valueOf(entry.getFileName()))
          .sorted()
          .toList();
    } catch (IOException | UncheckedIOException e) {
      return List.of(); // The message that this would end is the one that counts.
    }
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
