package org.couplet.cluster;

import com.google.gson.Gson;
import com.google.gson.reflect.TypeToken;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.couplet.io.ContentHash;
import org.couplet.io.InvalidInputException;
import org.couplet.io.PlainLine;
import org.couplet.io.Version;
import org.tensorflow.TensorFlow;

/**
 * What all workers must have in common, compared before the first step: their numbers would differ
 * otherwise, or steps would wait for each other for ever.
 */
public final class Agreement {
  private static final int MOST_BYTES = 1 << 15;
  private static final int LONGEST = 80;
  private static final String HASH = "sha256 ";

  private final Cluster cluster;

  private Agreement(Cluster cluster) {
    this.cluster = cluster;
  }

  /**
   * Waits until every worker has given its facts, and compares them. The versions of Couplet and
   * TensorFlow and the list of workers are compared besides.
   *
   * @param facts values by what they are called in messages, such as {@code data file}; long values
   *     are compared by their hash, which messages leave out. A hundred at most
   * @throws InvalidInputException on every worker, if one has other facts than worker 0
   * @throws org.tensorflow.exceptions.TensorFlowException if a worker is lost meanwhile
   */
  public static void check(ClusterServer server, Map<String, String> facts) {
    Cluster cluster = server.cluster();
    Map<String, String> all = new LinkedHashMap<>();
    all.put("version of Couplet", Version.describe());
    all.put("version of TensorFlow", TensorFlow.version());
    all.put("list of workers", String.join(" ", cluster.workers()));
    all.putAll(facts);
    all.replaceAll(
        (name, value) -> value.length() > LONGEST ? HASH + ContentHash.of(value) : value);
    try (Exchange exchange =
        new Exchange(server, Exchange.FACTS, MOST_BYTES / Integer.BYTES, cluster.startTimeout())) {
      List<Map<String, String>> known = new ArrayList<>();
      for (int[] row : exchange.gather(encoded(all))) {
        known.add(decoded(row));
      }
      new Agreement(cluster).compare(known);
    }
  }

  private void compare(List<Map<String, String>> known) {
    Map<String, String> first = known.get(0);
    List<String> lines = new ArrayList<>();
    for (int worker = 1; worker < known.size(); worker++) {
      Map<String, String> own = known.get(worker);
      Set<String> names = new LinkedHashSet<>(first.keySet());
      names.addAll(own.keySet());
      names.removeIf(name -> Objects.equals(first.get(name), own.get(name)));
      if (!names.isEmpty()) {
        lines.add(line(worker, List.copyOf(names), own, first));
      }
    }
    if (!lines.isEmpty()) {
      String others = lines.size() == 1 ? "" : " (so has %d more)".formatted(lines.size() - 1);
      throw new InvalidInputException(lines.get(0) + others + ". Start all workers with the same");
    }
  }

  private String line(
      int worker, List<String> names, Map<String, String> own, Map<String, String> first) {
    String values =
        names.size() > 1 || isHash(own, names.get(0)) || isHash(first, names.get(0))
            ? ""
            : ": %s, not %s".formatted(quoted(own, names.get(0)), quoted(first, names.get(0)));
    return "%s has another %s than %s%s"
        .formatted(cluster.name(worker), String.join(", ", names), cluster.name(0), values);
  }

  private static boolean isHash(Map<String, String> facts, String name) {
    return facts.getOrDefault(name, "").startsWith(HASH);
  }

  private static String quoted(Map<String, String> facts, String name) {
    String value = facts.get(name);
    return value == null ? "none" : "\"" + PlainLine.of(value) + "\"";
  }

  // Their length and their text.
  private static int[] encoded(Map<String, String> facts) {
    byte[] text = new Gson().toJson(facts).getBytes(StandardCharsets.UTF_8);
    if (text.length > MOST_BYTES - Integer.BYTES) {
      throw new IllegalArgumentException("too many facts: " + facts.keySet());
    }
    ByteBuffer bytes = ByteBuffer.allocate(MOST_BYTES);
    bytes.putInt(text.length).put(text).rewind();
    int[] numbers = new int[MOST_BYTES / Integer.BYTES];
    bytes.asIntBuffer().get(numbers);
    return numbers;
  }

  private static Map<String, String> decoded(int[] numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(MOST_BYTES);
    bytes.asIntBuffer().put(numbers);
    byte[] text = new byte[bytes.getInt()];
    bytes.get(text);
    return new Gson()
        .fromJson(
            new String(text, StandardCharsets.UTF_8), new TypeToken<Map<String, String>>() {});
  }
}
