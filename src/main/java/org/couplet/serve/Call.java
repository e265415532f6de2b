package org.couplet.serve;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A request.
 *
 * @param method GET, POST, ...
 * @param path decoded
 * @param query its parameters; each is given once
 * @param bytes reads the body
 */
record Call(String method, String path, Map<String, String> query, Supplier<byte[]> bytes) {
  /** The body as text. */
  String body() {
    return new String(bytes.get(), StandardCharsets.UTF_8);
  }

  /** Refuses parameters of other names. */
  void allow(Set<String> names) {
    query
        .keySet()
        .forEach(
            name -> {
              if (!names.contains(name)) {
                throw HttpProblem.badRequest(
                    "there is no parameter '"
                        + name
                        + "'; there are "
                        + String.join(", ", new TreeSet<>(names)));
              }
            });
  }

  /**
   * A parameter.
   *
   * @param kind what it must be, for the message
   */
  <T> Optional<T> parameter(String name, Function<String, T> parsing, String kind) {
    String text = query.get(name);
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(parsing.apply(text));
    } catch (IllegalArgumentException e) {
      throw HttpProblem.badRequest(name + ": '" + text + "' is not " + kind);
    }
  }
}
