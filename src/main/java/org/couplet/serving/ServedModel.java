package org.couplet.serving;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.couplet.io.ErrorSummary;
import org.couplet.io.InvalidInputException;

/**
 * A model with its versions: the newest in its folder, and those that have a label. A new version
 * is loaded beside the old one, which then answers the calls that it has and goes.
 */
public final class ServedModel implements AutoCloseable {
  private final String name;
  private final Path folder;
  private final Map<String, Long> labels;
  private final ServingLimits limits;
  private final Consumer<Integer> batches;
  // Versions that could not be loaded, with the state of their files: tried again once it changes.
  private final Map<Path, String> broken = new HashMap<>();
  // Replaced whole, by the one thread that refreshes.
  private volatile NavigableMap<Long, ServedVersion> loaded = new TreeMap<>();

  /**
   * @param name under which clients know it
   * @param folder of its versions, or an export
   * @param labels versions by label
   * @param batches is told the rows of each batch
   */
  public ServedModel(
      String name,
      Path folder,
      Map<String, Long> labels,
      ServingLimits limits,
      Consumer<Integer> batches) {
    this.name = name;
    this.folder = folder;
    this.labels = Map.copyOf(labels);
    this.limits = limits;
    this.batches = batches;
  }

  /** Under which clients know it. */
  public String name() {
    return name;
  }

  /** Rows that wait in all versions. */
  public int waitingRows() {
    return loaded.values().stream().mapToInt(ServedVersion::waitingRows).sum();
  }

  /** The numbers of the versions that are loaded, rising. */
  public List<Long> versions() {
    return List.copyOf(loaded.keySet());
  }

  /** The labels and their versions. */
  public Map<String, Long> labels() {
    return labels;
  }

  /**
   * Loads what is new and unloads what is gone; called by one thread.
   *
   * @param before called before a version is loaded; may refuse it
   * @return a line for each change
   * @throws IOException if the folder can't be read
   */
  public List<String> refresh(BeforeLoading before) throws IOException {
    NavigableMap<Long, Path> there = VersionFolders.in(folder);
    NavigableMap<Long, ServedVersion> next = new TreeMap<>();
    List<String> changes = new ArrayList<>();
    for (long number : Set.copyOf(labels.values())) {
      keepOrLoad(number, there, before, changes).ifPresent(one -> next.put(number, one));
    }
    // The newest that works: what is wrong with one must not end the one before it.
    boolean found = false;
    Iterator<Long> numbers = there.descendingKeySet().iterator();
    while (!found && numbers.hasNext()) {
      long number = numbers.next();
      if (!next.containsKey(number)) {
        keepOrLoad(number, there, before, changes).ifPresent(one -> next.put(number, one));
      }
      found = next.containsKey(number);
    }
    // It goes only when another one answers in its place, not when the folder is out of reach.
    if (!found && !loaded.isEmpty()) {
      next.put(loaded.lastKey(), loaded.lastEntry().getValue());
    }
    NavigableMap<Long, ServedVersion> last = loaded;
    loaded = next;
    last.forEach(
        (number, version) -> {
          if (next.get(number) != version) {
            version.retire();
            changes.add("model " + name + ": version " + number + " is unloaded");
          }
        });
    return changes;
  }

  /** What must be done before a version is loaded. */
  @FunctionalInterface
  public interface BeforeLoading {
    /**
     * Checks a SavedModel.
     *
     * @throws InvalidInputException if it must be left out; other exceptions end the refresh
     */
    void check(Path savedModel) throws IOException;
  }

  private Optional<ServedVersion> keepOrLoad(
      long number, NavigableMap<Long, Path> there, BeforeLoading before, List<String> changes) {
    ServedVersion known = loaded.get(number);
    Path version = there.get(number);
    if (known != null || version == null) {
      return Optional.ofNullable(known);
    }
    String state = VersionFolders.state(version);
    if (state.equals(broken.get(version))) {
      return Optional.empty();
    }
    try {
      before.check(version);
    } catch (IOException | InvalidInputException e) {
      return leftOut(number, version, state, e, changes);
    }
    try {
      ServedVersion one = ServedVersion.load(number, version, limits, batches);
      broken.remove(version);
      changes.add("model " + name + ": version " + number + " is loaded");
      return Optional.of(one);
    } catch (RuntimeException e) {
      // Among them TensorFlow's own, where files are missing.
      return leftOut(number, version, state, e, changes);
    }
  }

  private Optional<ServedVersion> leftOut(
      long number, Path version, String state, Exception reason, List<String> changes) {
    broken.put(version, state);
    changes.add(
        "model " + name + ": version " + number + " is left out: " + ErrorSummary.of(reason));
    return Optional.empty();
  }

  /**
   * Calls a version.
   *
   * @param number of the version; without one and without a label the newest
   * @throws Refusal if it is not loaded
   */
  public <T> T with(Optional<Long> number, Optional<String> label, Function<ServedVersion, T> use) {
    while (true) {
      ServedVersion version = find(number, label);
      // It may be retired in between; then there is another one.
      if (version.lease()) {
        try {
          return use.apply(version);
        } finally {
          version.release();
        }
      }
    }
  }

  private ServedVersion find(Optional<Long> number, Optional<String> label) {
    NavigableMap<Long, ServedVersion> now = loaded;
    if (now.isEmpty()) {
      throw new Refusal(Refusal.Reason.UNAVAILABLE, "model " + name + " is not loaded yet");
    }
    if (label.isPresent() && !labels.containsKey(label.get())) {
      throw new Refusal(
          Refusal.Reason.NOT_FOUND, "model " + name + " has no label '" + label.get() + "'");
    }
    long wanted = label.map(labels::get).or(() -> number).orElseGet(now::lastKey);
    ServedVersion version = now.get(wanted);
    if (version == null) {
      throw new Refusal(
          Refusal.Reason.NOT_FOUND,
          "model %s has no version %d loaded; it has %s".formatted(name, wanted, now.keySet()));
    }
    return version;
  }

  @Override
  public void close() {
    NavigableMap<Long, ServedVersion> last = loaded;
    loaded = new TreeMap<>();
    last.values().forEach(ServedVersion::retire);
  }
}
