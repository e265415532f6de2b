package org.couplet.cluster;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.couplet.cluster.proto.ClusterConfig;
import org.couplet.io.ErrorSummary;
import org.couplet.io.InvalidInputException;
import org.couplet.io.PlainLine;
import org.jspecify.annotations.Nullable;

/** Reads the variable by which job schedulers tell a process its place. */
final class TfConfig {
  static final String VARIABLE = "TF_CONFIG";
  private static final String FORM =
      "It looks like {\"cluster\": {\"worker\": [\"HOST:PORT\", ...]},"
          + " \"task\": {\"type\": \"worker\", \"index\": 0}}";
  private static final String CHIEF = "chief";
  private static final String WORKER = "worker";
  private static final Gson STRICT = new GsonBuilder().setStrictness(Strictness.STRICT).create();

  private TfConfig() {}

  static Optional<Cluster> parse(String text) {
    if (text.isBlank()) {
      return Optional.empty();
    }
    JsonObject whole = whole(text);
    if (whole.get("cluster") == null) {
      return Optional.empty();
    }
    JsonObject cluster = object(whole, "cluster", "cluster");
    List<String> workers = new ArrayList<>();
    List<String> places = new ArrayList<>();
    int chiefs = add(cluster, CHIEF, workers, places);
    if (chiefs > 1) {
      throw problem("cluster.chief", "there can be one only. Make the others workers");
    }
    add(cluster, WORKER, workers, places);
    cluster.keySet().stream()
        .filter(job -> !job.equals(CHIEF) && !job.equals(WORKER))
        .findFirst()
        .ifPresent(
            job -> {
              throw unknown("cluster." + PlainLine.of(job), job);
            });
    if (workers.isEmpty()) {
      throw problem("cluster", "no worker is named. " + FORM);
    }
    Cluster.check(workers, places);
    int task = task(object(whole, "task", "task"), chiefs, workers.size() - chiefs);
    ClusterConfig defaults = ClusterConfig.getDefaultInstance();
    return Optional.of(
        new Cluster(
            workers,
            task,
            Duration.ofSeconds(defaults.getStartTimeoutSeconds()),
            Duration.ofSeconds(defaults.getWatchTimeoutSeconds())));
  }

  private static JsonObject whole(String text) {
    try {
      if (STRICT.fromJson(text, JsonElement.class) instanceof JsonObject object) {
        return object;
      }
    } catch (JsonParseException e) {
      // Gson's own exception begins with the name of its cause's class.
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      throw problem("", "is not JSON (" + PlainLine.of(ErrorSummary.of(cause)) + "). " + FORM, e);
    }
    throw problem("", "is not an object in braces. " + FORM);
  }

  // Returns how many there are.
  private static int add(
      JsonObject cluster, String job, List<String> workers, List<String> places) {
    JsonElement list = cluster.get(job);
    if (list == null) {
      return 0;
    }
    String place = "cluster." + job;
    if (!list.isJsonArray()) {
      throw problem(place, "is not a list. " + FORM);
    }
    for (JsonElement each : list.getAsJsonArray()) {
      if (!(each instanceof JsonPrimitive text) || !text.isString()) {
        throw problem(place, PlainLine.of(each.toString()) + " is not a text. " + FORM);
      }
      workers.add(text.getAsString());
      places.add(VARIABLE + ": " + place);
    }
    return list.getAsJsonArray().size();
  }

  private static int task(JsonObject task, int chiefs, int workers) {
    if (!(task.get("type") instanceof JsonPrimitive type) || !type.isString()) {
      throw problem("task.type", "is missing. " + FORM);
    }
    String job = type.getAsString();
    if (!job.equals(CHIEF) && !job.equals(WORKER)) {
      throw unknown("task.type", job);
    }
    int index = index(task.get("index"));
    int count = job.equals(CHIEF) ? chiefs : workers;
    if (index < 0 || index >= count) {
      throw problem(
          "task.index", "%d, where the cluster names %d of type %s".formatted(index, count, job));
    }
    return job.equals(CHIEF) ? index : chiefs + index;
  }

  private static int index(@Nullable JsonElement index) {
    if (index instanceof JsonPrimitive number) {
      try {
        return Integer.parseInt(number.getAsString());
      } catch (NumberFormatException e) {
        throw problem(
            "task.index", PlainLine.of(number.getAsString()) + " is not a whole number", e);
      }
    }
    throw problem("task.index", "is missing. " + FORM);
  }

  private static JsonObject object(JsonObject parent, String name, String place) {
    if (parent.get(name) instanceof JsonObject object) {
      return object;
    }
    throw problem(place, "is missing. " + FORM);
  }

  private static InvalidInputException unknown(String place, String job) {
    return problem(
        place,
        switch (job) {
          case "ps" -> "parameter servers are not used: workers exchange gradients. Leave it out";
          case "evaluator" ->
              "there is no evaluator: the chief measures as it trains. Leave it out, or run"
                  + " couplet fid on a checkpoint";
          default -> "\"" + PlainLine.of(job) + "\" is not known. Use chief and worker";
        });
  }

  private static InvalidInputException problem(String place, String what) {
    return new InvalidInputException(line(place, what));
  }

  private static InvalidInputException problem(String place, String what, Throwable cause) {
    return new InvalidInputException(line(place, what), cause);
  }

  private static String line(String place, String what) {
    return VARIABLE + ": " + (place.isEmpty() ? "" : place + ": ") + what;
  }
}
