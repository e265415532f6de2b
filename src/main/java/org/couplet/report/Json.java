package org.couplet.report;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Values as JSON text (RFC 8259), on one line. */
public final class Json {
  private Json() {}

  /**
   * Writes a value.
   *
   * @param value a map with names as keys (written in its order), a list, a number, a boolean or
   *     text; NaN and infinities, which JSON lacks, become text
   */
  public static String of(Object value) {
    if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(entry -> quoted(entry.getKey().toString()) + ":" + of(entry.getValue()))
          .collect(Collectors.joining(",", "{", "}"));
    }
    if (value instanceof List<?> list) {
      return list.stream().map(Json::of).collect(Collectors.joining(",", "[", "]"));
    }
    boolean plain =
        value instanceof Boolean
            || (value instanceof Number number && Double.isFinite(number.doubleValue()));
    return plain ? value.toString() : quoted(value.toString());
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char letter = text.charAt(i);
      if (letter == '"' || letter == '\\') {
        quoted.append('\\').append(letter);
      } else if (letter < ' ') {
        quoted.append("\\u%04x".formatted((int) letter));
      } else {
        quoted.append(letter);
      }
    }
    return quoted.append('"').toString();
  }
}
