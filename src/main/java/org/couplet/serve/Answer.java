package org.couplet.serve;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.couplet.report.Json;

/**
 * What a request gets.
 *
 * @param status of HTTP
 * @param type of the body
 * @param headers others than the body's
 */
@SuppressWarnings("ArrayRecordComponent") // written once
record Answer(int status, String type, byte[] body, Map<String, String> headers) {
  private static final String JSON = "application/json";

  static Answer of(String type, byte[] body) {
    return new Answer(200, type, body, Map.of());
  }

  static Answer text(String type, String body) {
    return of(type, body.getBytes(StandardCharsets.UTF_8));
  }

  static Answer json(Object value) {
    return text(JSON, Json.GSON.toJson(value));
  }

  /** As TensorFlow Serving says it. */
  static Answer error(int status, String message) {
    return new Answer(
        status,
        JSON,
        Json.GSON.toJson(Map.of("error", message)).getBytes(StandardCharsets.UTF_8),
        Map.of());
  }

  Answer with(String header, String value) {
    Map<String, String> more = new TreeMap<>(headers);
    more.put(header, value);
    return new Answer(status, type, body, more);
  }
}
