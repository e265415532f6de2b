package org.couplet.foreign;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The named tensors of one object of a pickle: of a dictionary of tensors, or of a module with all
 * that are below it.
 *
 * @param tensors by name, buffers among them
 * @param recorded what modules were made with, and their class and source
 */
record FoundWeights(Map<String, ForeignTensor> tensors, Map<String, Object> recorded) {
  /** In {@link #recorded}: the source text of the outermost module. */
  static final String SOURCE = "module_src";

  /** In {@link #recorded}: the class of the network within a preconditioner. */
  static final String NETWORK_CLASS = "model_type";

  /** A tensor that every network of EDM's code has, below its name. */
  static final String ANCHOR = "map_layer0.weight";

  private static final int MOST_TENSORS = 100_000;
  private static final int DEEPEST = 32;

  /**
   * What an object holds; nothing if it is neither.
   *
   * @param budget for all objects of the file together: many may hold the same
   */
  static FoundWeights in(@Nullable Object object, FilePart file, PickleReader.Budget budget) {
    Walk walk = new Walk(file, budget);
    Map<?, ?> dictionary = items(object);
    if (dictionary.isEmpty()) {
      walk.module("", object, 0);
    } else {
      walk.tensors("", dictionary);
    }
    return new FoundWeights(walk.tensors, walk.recorded);
  }

  /** What an object holds as a dictionary; its class may be a kind of one. */
  static Map<?, ?> items(@Nullable Object object) {
    if (object instanceof PickledObject pickled) {
      return pickled.items();
    }
    return object instanceof Map<?, ?> map ? map : Map.of();
  }

  /** What stands before the names of each network's tensors, without EDM's own {@code model.}. */
  List<String> networks() {
    return tensors.keySet().stream()
        .filter(name -> name.equals(ANCHOR) || name.endsWith("." + ANCHOR))
        .map(name -> name.substring(0, Math.max(0, name.length() - ANCHOR.length() - 1)))
        .map(name -> name.replaceFirst("\\.model$", ""))
        .toList();
  }

  /** The tensors whose names begin so, without that beginning. */
  FoundWeights below(String prefix, FilePart file, PickleReader.Budget budget) {
    budget.spend(tensors.size(), file);
    Map<String, ForeignTensor> below = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          if (name.startsWith(prefix)) {
            below.put(name.substring(prefix.length()), tensor);
          }
        });
    return new FoundWeights(below, recorded);
  }

  private static final class Walk {
    private final FilePart file;
    private final PickleReader.Budget budget;
    private final Map<String, ForeignTensor> tensors = new LinkedHashMap<>();
    private final Map<String, Object> recorded = new LinkedHashMap<>();

    Walk(FilePart file, PickleReader.Budget budget) {
      this.file = file;
      this.budget = budget;
    }

    private void tensors(String prefix, @Nullable Object dictionary) {
      Map<?, ?> all = items(dictionary);
      budget.spend(all.size(), file);
      all.forEach(
          (name, value) -> {
            if (name instanceof String text && value instanceof ForeignTensor tensor) {
              tensors.put(prefix + text, tensor);
            }
          });
      if (tensors.size() > MOST_TENSORS) {
        throw file.refusal("it has more than %d tensors".formatted(MOST_TENSORS));
      }
    }

    private void module(String prefix, @Nullable Object module, int depth) {
      Map<?, ?> state = state(module);
      // Modules may hold each other in circles.
      budget.spend(1 + state.size(), file);
      if (depth > DEEPEST) {
        throw file.refusal("its modules are in each other without an end");
      }
      if (depth < 2) {
        record(module, state, depth);
      }
      tensors(prefix, state.get("_parameters"));
      tensors(prefix, state.get("_buffers"));
      items(state.get("_modules"))
          .forEach(
              (name, child) -> {
                if (name instanceof String text && child != null) {
                  module(prefix + text + ".", child, depth + 1);
                }
              });
    }

    // A preconditioner's arguments are also those of its network, whose own are complete.
    private void record(@Nullable Object module, Map<?, ?> state, int depth) {
      String type = module instanceof PickledObject object ? name(object) : "";
      if (type.isEmpty() || state.get("_modules") == null || !hasMapping(state, depth)) {
        return;
      }
      recorded.put(depth == 0 ? ForeignWeights.CLASS_NAME : NETWORK_CLASS, type);
      keepSimple(state);
      keepSimple(items(state.get("_init_kwargs")));
      if (module instanceof PickledObject object
          && items(first(object)).get(SOURCE) instanceof String source) {
        recorded.putIfAbsent(SOURCE, source);
      }
    }

    // Of the modules within the outermost one only the network counts.
    private static boolean hasMapping(Map<?, ?> state, int depth) {
      return depth == 0 || items(state.get("_modules")).containsKey("map_layer0");
    }

    private void keepSimple(Map<?, ?> values) {
      values.forEach(
          (name, value) -> {
            if (name instanceof String text && isSimple(value)) {
              recorded.put(text, value);
            } else if (name instanceof String text
                && value instanceof List<?> list
                && list.size() <= DEEPEST
                && list.stream().allMatch(Walk::isSimple)) {
              recorded.put(text, List.copyOf(list));
            }
          });
    }

    private static boolean isSimple(@Nullable Object value) {
      return value instanceof Long
          || value instanceof Double
          || value instanceof Boolean
          || value instanceof String;
    }

    private static String name(PickledObject object) {
      return items(first(object)).get("class_name") instanceof String name
          ? name
          : object.type().name();
    }

    // An object of EDM's persistent classes is a call with one dictionary.
    private static Map<?, ?> state(@Nullable Object module) {
      if (!(module instanceof PickledObject object)) {
        return Map.of();
      }
      return items(object.state() != null ? object.state() : items(first(object)).get("state"));
    }

    private static @Nullable Object first(PickledObject object) {
      return object.arguments().isEmpty() ? null : object.arguments().get(0);
    }
  }
}
