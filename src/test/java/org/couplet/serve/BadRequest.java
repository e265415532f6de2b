package org.couplet.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * HTTP requests that must be refused by a server of the model {@code shapes}, 8 x 8 x 3 without
 * classes: good ones, of which one thing is spoilt.
 */
final class BadRequest {
  private static final String PREDICT = "/v1/models/shapes:predict";
  private static final List<String> PATHS =
      List.of(
          "/v1/models",
          "/v1/models/shapes",
          "/v1/models/shapes/metadata",
          "/v1/models/shapes/card",
          "/v1/models/shapes/versions/2",
          "/v1/models/shapes/versions/1/metadata",
          "/v1/models/shapes/labels/first",
          "/v1/models/shapes/labels/first/training",
          "/v1/images",
          "/metrics",
          "/healthz",
          "/page.css");

  private final Random random;

  private BadRequest(long seed) {
    random = new Random(seed);
  }

  /** The bytes of one, as ISO 8859-1; it ends with them. */
  static String of(long seed) {
    BadRequest bad = new BadRequest(seed);
    return switch (bad.random.nextInt(8)) {
      case 0 -> get(bad.path());
      case 1, 2 -> get("/v1/images?" + bad.query());
      case 3 -> bad.http();
      default -> post(bad.body(), "");
    };
  }

  private static String get(String target) {
    return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  }

  private static String post(String body, String more) {
    return "POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%sContent-Length: %d\r\n\r\n%s"
        .formatted(PREDICT, more, body.length(), body);
  }

  @SafeVarargs
  private <T> T one(T... all) {
    return all[random.nextInt(all.length)];
  }

  private <T> T one(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  private String word() {
    return IntStream.range(0, 3 + random.nextInt(8))
        .mapToObj(i -> String.valueOf((char) ('a' + random.nextInt(26))))
        .collect(Collectors.joining());
  }

  // More than any integer type takes.
  private String huge() {
    return new BigInteger(64 + random.nextInt(100), random).setBit(64).toString();
  }

  // A path beside one that there is.
  private String path() {
    String path = one(PATHS);
    int at = 1 + random.nextInt(path.length() - 1);
    return switch (random.nextInt(6)) {
      case 0 -> path.substring(0, at) + one("x", "q", "Z") + path.substring(at);
      case 1 -> path + "/" + word();
      case 2 -> path + one(":", "/versions/", "/labels/") + word();
      case 3 -> "/v1/models/shapes/versions/" + (3 + random.nextInt(1_000_000));
      case 4 -> "/v1/models/shapes/versions/" + huge();
      default -> path.substring(0, at) + "%" + one("zz", "0", "c0%80", "ff") + path.substring(at);
    };
  }

  // One parameter that is wrong among others that are right.
  private String query() {
    String wrong = wrongParameter();
    List<String> all = new ArrayList<>(List.of(wrong));
    for (String right :
        List.of(
            "seed=" + random.nextInt(),
            "columns=" + random.nextInt(9),
            "format=" + one("png", "zip"))) {
      if (random.nextBoolean() && !wrong.startsWith(right.replaceFirst("=.*", "="))) {
        all.add(right);
      }
    }
    Collections.shuffle(all, random);
    return String.join("&", all);
  }

  private String wrongParameter() {
    String number =
        one(word(), huge(), random.nextInt(99) + ".5", "", "%ff", "1e" + random.nextInt(9));
    int some = random.nextInt(1_000_000);
    return switch (random.nextInt(16)) {
      case 0 -> one("seed", "count", "steps", "columns", "version", "to") + "=" + number;
      case 1 -> "count=" + one(-some, 301 + some);
      case 2 -> "steps=" + one(-some, 101 + some);
      case 3 -> "columns=" + one(-1 - some, 301 + some);
      case 4 -> "version=" + one(-some, 3 + some);
      case 5 -> "sigmas=" + one(number, random.nextDouble() * 79, "80," + (80.5 + some), "80,,1");
      case 6 -> "sigmas=80," + one(word(), huge(), "NaN", "-" + some, some + "e-12", "1,1", "1,2");
      case 7 -> "sigmas=80" + ",1".repeat(100 + random.nextInt(100));
      case 8 -> "steps=2&sigmas=80," + (1 + random.nextInt(78));
      case 9 -> "format=" + word();
      case 10 -> one("model=", "label=", "class=") + word();
      case 11 -> one("to=" + some, "at=0." + some);
      case 12 -> "to=" + some + "&at=" + one("-0." + some, "1." + (1 + some), "NaN", word());
      case 13 -> "guidance=" + one(some, random.nextDouble(), word(), "NaN");
      case 14 -> "count=1&count=" + (1 + some % 9) + "&" + word() + "=1";
      default -> word() + "=" + some;
    };
  }

  // Bad beside the path and the body.
  private String http() {
    String path = one(PATHS);
    String start = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    return switch (random.nextInt(10)) {
      case 0 ->
          "GET " + path + " HTTP/1.1\r\nHost: " + word() + ".example\r\nConnection: close\r\n\r\n";
      case 1 ->
          start + "Content-Length: " + one("-" + random.nextInt(99), word(), huge()) + "\r\n\r\n";
      case 2 ->
          start + "Content-Length: 1\r\nContent-Length: " + (2 + random.nextInt(99)) + "\r\n\r\n ";
      case 3 -> start + one(word(), word() + " " + word() + ": 1", word() + "\0: 1") + "\r\n\r\n";
      case 4 -> start + word() + ": " + word() + "\0" + word() + "\r\n\r\n";
      case 5 -> start + word() + ": " + "y".repeat(16_384 + random.nextInt(999)) + "\r\n\r\n";
      case 6 ->
          start.replace("GET", one(word().toUpperCase(Locale.ROOT), "PUT", "DELETE")) + "\r\n";
      case 7 ->
          "POST" + start.substring(3) + "Transfer-Encoding: chunked\r\n\r\n" + word() + "\r\n";
      case 8 -> word() + one("", "\0", "\t") + word() + "\r\n\r\n";
      // The rest of the body never comes.
      default -> post(body(), "").replaceFirst("(Content-Length: \\d+)", "$1" + random.nextInt(10));
    };
  }

  private String body() {
    JsonObject good = goodBody();
    String text = good.toString();
    int at = 1 + random.nextInt(text.length() - 1);
    return switch (random.nextInt(10)) {
      case 0 -> text.substring(0, at);
      case 1 -> text + one("]", "}", ",", word(), "\"", "\0");
      case 2 ->
          text.substring(0, at)
              + one("\u00ff", "\u00c0\u0080", "\0", "\u00e2\u0082")
              + text.substring(at);
      case 3 ->
          one("{\"instances\": ", "{\"inputs\": {\"noise\": ", "")
              + "[".repeat(1 + random.nextInt(5000));
      case 4 -> nested(1 + random.nextInt(60));
      case 5 -> withWrongName(good);
      case 6 -> text + " ".repeat(200_000 + random.nextInt(1000));
      case 7 -> one("", "null", "[" + word(), "\"" + word() + "\"", huge(), "[" + huge() + "]");
      default -> {
        spoilLeaf(good);
        yield good.toString();
      }
    };
  }

  private static String nested(int depth) {
    // Noise has four axes.
    int lists = depth == 4 ? 5 : depth;
    return "{\"inputs\": " + "[".repeat(lists) + "1" + "]".repeat(lists) + "}";
  }

  private JsonObject goodBody() {
    JsonObject body = new JsonObject();
    JsonObject inputs = new JsonObject();
    switch (random.nextInt(4)) {
      case 0 -> {
        JsonArray rows = new JsonArray();
        IntStream.rangeClosed(0, random.nextInt(2)).forEach(i -> rows.add(noise()));
        body.add("instances", rows);
        return body;
      }
      case 1 -> {
        body.addProperty("signature_name", "generate");
        inputs.add("noise", list(noise()));
        inputs.add("sigma", list(new JsonPrimitive(1 + random.nextInt(79))));
      }
      case 2 -> {
        body.addProperty("signature_name", "sample");
        inputs.addProperty("seed", random.nextLong());
        inputs.addProperty("count", 1 + random.nextInt(9));
        inputs.add("sigmas", list(new JsonPrimitive(80)));
      }
      default -> {
        body.addProperty("signature_name", "noise");
        for (String name : List.of("seed", "draw", "first", "count")) {
          inputs.addProperty(name, random.nextInt(99));
        }
      }
    }
    body.add("inputs", inputs);
    return body;
  }

  private JsonElement noise() {
    JsonArray image = new JsonArray();
    for (int y = 0; y < 8; y++) {
      JsonArray line = new JsonArray();
      for (int x = 0; x < 8; x++) {
        JsonArray pixel = new JsonArray();
        IntStream.range(0, 3).forEach(c -> pixel.add(random.nextInt(9) / 4f));
        line.add(pixel);
      }
      image.add(line);
    }
    return image;
  }

  private static JsonArray list(JsonElement only) {
    JsonArray list = new JsonArray();
    list.add(only);
    return list;
  }

  private String withWrongName(JsonObject good) {
    switch (random.nextInt(4)) {
      case 0 -> good.addProperty("signature_name", word());
      case 1 -> good.add("signature_name", list(new JsonPrimitive(word())));
      case 2 -> good.add(good.has("inputs") ? "instances" : "inputs", list(new JsonPrimitive(1)));
      default -> {
        JsonObject inputs = new JsonObject();
        inputs.add(word(), noise());
        good.remove("instances");
        good.add("inputs", inputs);
      }
    }
    return good.toString();
  }

  // Goes down to some value, and makes it one that no input takes.
  private void spoilLeaf(JsonObject body) {
    JsonElement parent = body.has("inputs") ? body.get("inputs") : body.get("instances");
    while (true) {
      List<JsonElement> children =
          parent.isJsonObject()
              ? List.copyOf(parent.getAsJsonObject().asMap().values())
              : parent.getAsJsonArray().asList();
      int at = random.nextInt(children.size());
      if (!children.get(at).isJsonPrimitive()) {
        parent = children.get(at);
      } else if (parent.isJsonObject()) {
        String name = List.copyOf(parent.getAsJsonObject().keySet()).get(at);
        parent.getAsJsonObject().add(name, wrong(children.get(at)));
        return;
      } else {
        parent.getAsJsonArray().set(at, wrong(children.get(at)));
        return;
      }
    }
  }

  private JsonElement wrong(JsonElement number) {
    return switch (random.nextInt(7)) {
      case 0 -> new JsonPrimitive(word());
      case 1 -> new JsonPrimitive(random.nextBoolean());
      case 2 -> JsonNull.INSTANCE;
      case 3 -> list(number);
      case 4 -> new JsonObject();
      case 5 -> new JsonPrimitive(new BigInteger(huge()).pow(9));
      default -> new JsonPrimitive(number.getAsString());
    };
  }
}
