package org.couplet.config;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.TextFormatParseInfoTree;
import java.util.HashMap;
import java.util.Map;
import org.couplet.io.InvalidInputException;
import org.jspecify.annotations.Nullable;

/**
 * Remembers where each value of an experiment was written, so that a complaint about it can point
 * there. Paths are dotted field names from the experiment down.
 */
final class Origins {
  /**
   * Where a value was written.
   *
   * @param place {@code FILE:LINE}, or the override as typed
   * @param override the path that an override names; null for a line of the file
   */
  private record Origin(String place, @Nullable String override) {}

  private final String file;
  private final Map<String, Origin> places = new HashMap<>();

  /**
   * @param file what messages call the text
   */
  Origins(String file) {
    this.file = file;
  }

  /** Notes the line of each field that {@code message} was read from. */
  void addLines(TextFormatParseInfoTree lines, MessageOrBuilder message) {
    addLines(lines, message, "");
  }

  private void addLines(TextFormatParseInfoTree lines, MessageOrBuilder message, String prefix) {
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      FieldDescriptor field = entry.getKey();
      String path = prefix + field.getName();
      // Counted from 0.
      int line = lines.getLocations(field).get(0).getLine() + 1;
      places.put(path, new Origin(file + ":" + line, null));
      if (entry.getValue() instanceof MessageOrBuilder child) {
        addLines(lines.getNestedTree(field, 0), child, path + ".");
      }
    }
  }

  /**
   * Notes that an override wrote {@code path} and all below it, and with it the messages around it
   * that the file doesn't have.
   *
   * @param override the override as typed, {@code path=value}
   */
  void addOverride(String path, String override) {
    places.keySet().removeIf(known -> known.startsWith(path + "."));
    Origin origin = new Origin("--set " + override, path);
    places.put(path, origin);
    for (String around = parent(path); !around.isEmpty(); around = parent(around)) {
      places.putIfAbsent(around, origin);
    }
  }

  /**
   * A complaint about a value, as one line: where it was written, its path, what is wrong.
   *
   * @param path the value's path
   * @param message what is wrong with it, and the remedy
   * @param partners paths of the values it doesn't agree with; an override among them, newer than
   *     the file, is where to point
   */
  InvalidInputException problem(String path, String message, String... partners) {
    Origin origin = origin(path);
    for (String partner : partners) {
      Origin other = origin(partner);
      boolean newer = other != null && other.override() != null;
      if (origin == null || (newer && origin.override() == null)) {
        origin = other;
      }
    }
    if (origin == null) {
      return new InvalidInputException(file + ": " + path + ": " + message);
    }
    String subject = path.equals(origin.override()) ? "" : path + ": ";
    return new InvalidInputException(origin.place() + ": " + subject + message);
  }

  /** Where the value was written, or the nearest message around it; null if nowhere. */
  private @Nullable Origin origin(String path) {
    for (String around = path; !around.isEmpty(); around = parent(around)) {
      Origin origin = places.get(around);
      if (origin != null) {
        return origin;
      }
    }
    return null;
  }

  private static String parent(String path) {
    return path.substring(0, Math.max(path.lastIndexOf('.'), 0));
  }
}
