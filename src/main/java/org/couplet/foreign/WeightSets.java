package org.couplet.foreign;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.couplet.io.FirstNames;
import org.couplet.io.InvalidInputException;
import org.jspecify.annotations.Nullable;

/** The sets of weights that a file holds, by name, and which of them is wanted. */
final class WeightSets {
  // Where weights to sample with are, the best first.
  private static final List<String> ENTRIES = List.of("ema", "model", "state_dict", "net");
  private static final String ROOT = "";
  private static final int MOST_NAMED = 10;
  private static final int DEEPEST = 8;

  private final FilePart file;
  private final PickleReader.Budget budget;
  // By the name of the entry that they are in, those above it before it: state.ema.
  private final Map<String, FoundWeights> entries = new LinkedHashMap<>();
  // By identity: a dictionary may hold itself.
  private final Set<Object> entered = Collections.newSetFromMap(new IdentityHashMap<>());

  /** A set by its name; {@link #ROOT} is that of a file without entries. */
  record Named(String name, FoundWeights weights) {
    /** The entry, if it is one. */
    Optional<String> entry() {
      return Optional.of(name).filter(given -> !given.equals(ROOT));
    }
  }

  private WeightSets(FilePart file, PickleReader.Budget budget) {
    this.file = file;
    this.budget = budget;
  }

  /** Those of a pickled object: its own tensors, those of its entries, and of theirs. */
  static WeightSets in(@Nullable Object object, FilePart file, PickleReader.Budget budget) {
    WeightSets sets = of(FoundWeights.in(object, file, budget), file, budget);
    sets.putEntries("", object, 0);
    return sets;
  }

  /** Those of a file of tensors alone. */
  static WeightSets of(FoundWeights weights, FilePart file, PickleReader.Budget budget) {
    WeightSets sets = new WeightSets(file, budget);
    sets.put(ROOT, weights);
    return sets;
  }

  private void putEntries(String above, @Nullable Object object, int depth) {
    Map<String, Object> below = new LinkedHashMap<>();
    FoundWeights.items(object)
        .forEach(
            (key, value) -> {
              if (key instanceof String name
                  && (value instanceof Map || value instanceof PickledObject)) {
                below.put(above + name, value);
              }
            });
    // Before what is in them: an entry may be called a.b, too.
    below.forEach((name, value) -> put(name, FoundWeights.in(value, file, budget)));
    below.forEach(
        (name, value) -> {
          if (depth + 1 < DEEPEST && entered.add(value)) {
            putEntries(name + ".", value, depth + 1);
          }
        });
  }

  private void put(String name, FoundWeights weights) {
    if (!weights.tensors().isEmpty()) {
      entries.putIfAbsent(name, weights);
    }
  }

  /**
   * The wanted set.
   *
   * @param wanted its name: of an entry, of what stands before the names of tensors, or both with a
   *     dot between them; without one, the best that has a network
   * @throws InvalidInputException if there is none, or it is not clear which is wanted
   */
  Named choose(Optional<String> wanted) {
    if (entries.isEmpty()) {
      throw file.refusal("it holds no named tensors");
    }
    List<String> networks = networks();
    List<String> names = networks.isEmpty() ? List.copyOf(entries.keySet()) : networks;
    if (wanted.isPresent()) {
      return named(wanted.get(), names);
    }
    List<String> best =
        Stream.concat(
                Stream.concat(ENTRIES.stream(), Stream.of(ROOT))
                    .filter(names::contains)
                    .map(List::of),
                ENTRIES.stream().map(entry -> within(entry, names)))
            .filter(found -> !found.isEmpty())
            .findFirst()
            .orElse(names);
    if (best.size() > 1) {
      throw unclear("it is not clear which weights are wanted", names);
    }
    return new Named(best.get(0), find(best.get(0)).orElseThrow());
  }

  // Those of the name in other entries.
  private static List<String> within(String entry, List<String> names) {
    return names.stream().filter(name -> name.endsWith("." + entry)).toList();
  }

  private Named named(String wanted, List<String> names) {
    Optional<FoundWeights> found = find(wanted);
    if (found.isEmpty() && names.equals(List.of(ROOT))) {
      throw new InvalidInputException(
          "--entry: %s has only one set of weights; leave it out".formatted(file.path()));
    }
    if (found.isEmpty()) {
      throw unclear("it has no weights called " + wanted, names);
    }
    if (found.get().networks().size() > 1) {
      throw unclear(wanted + " has several networks", names);
    }
    return new Named(wanted, found.get());
  }

  // An entry's name, or those of its networks where it has several.
  private List<String> networks() {
    List<String> names = new ArrayList<>();
    entries.forEach(
        (entry, weights) -> {
          List<String> networks = weights.networks();
          if (networks.size() == 1) {
            names.add(entry);
          } else {
            String above = entry.equals(ROOT) ? "" : entry + ".";
            networks.forEach(network -> names.add(above + network));
          }
        });
    return names;
  }

  private Optional<FoundWeights> find(String name) {
    FoundWeights whole = entries.get(name);
    if (whole != null) {
      return Optional.of(whole);
    }
    for (Map.Entry<String, FoundWeights> entry : entries.entrySet()) {
      String above = entry.getKey().equals(ROOT) ? "" : entry.getKey() + ".";
      if (name.startsWith(above)) {
        FoundWeights below =
            entry.getValue().below(name.substring(above.length()) + ".", file, budget);
        if (!below.tensors().isEmpty()) {
          return Optional.of(below);
        }
      }
    }
    return Optional.empty();
  }

  private InvalidInputException unclear(String problem, List<String> names) {
    List<String> choices = names.stream().filter(name -> !name.equals(ROOT)).toList();
    return new InvalidInputException(
        "%s: %s; --entry chooses one of those that it has: %s"
            .formatted(file.path(), problem, FirstNames.of(choices, MOST_NAMED)));
  }
}
