package org.couplet.serve;

import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * A request that must be refused.
 *
 * @param body empty for GET
 */
record BadRequest(String path, Optional<String> body) {
  private static final List<String> PATHS =
      List.of(
          "/v1",
          "/v1/models/",
          "/v1/models/other",
          "/v1/models/shapes/versions/99",
          "/v1/models/shapes/versions/99999999999999999999",
          "/v1/models/shapes/labels/none",
          "/v1/models/shapes/other",
          "/v1/models/shapes:predict",
          "/v1/models/shapes:classify",
          "/page.html",
          "/org/couplet/serve/page.js",
          "//",
          "/v1/images/");
  private static final List<String> QUERIES =
      List.of(
          "count=0",
          "count=-1",
          "count=301",
          "count=99999999999",
          "count=x",
          "count=",
          "count=1&count=2",
          "seed=1.5",
          "seed=99999999999999999999",
          "steps=0",
          "steps=101",
          "steps=1&sigmas=80",
          "sigmas=79",
          "sigmas=80,90",
          "sigmas=80,NaN",
          "sigmas=80,,1",
          "sigmas=80,0.0001",
          "sigmas=Infinity",
          "format=gif",
          "to=1",
          "at=0.5",
          "to=1&at=2",
          "to=1&at=NaN",
          "model=other",
          "version=99",
          "version=-1",
          "label=none",
          "columns=-1",
          "guidance=2",
          "guidance=NaN",
          "guidance=1e300",
          "guidance=x",
          "other=1");
  private static final List<String> BODIES =
      List.of(
          "",
          "{",
          "null",
          "[]",
          "1",
          "\"text\"",
          "{}",
          "{\"instances\": []}",
          "{\"instances\": {}}",
          "{\"instances\": [1], \"inputs\": [1]}",
          "{\"signature_name\": \"none\", \"instances\": [1]}",
          "{\"signature_name\": [], \"instances\": [1]}",
          "{\"signature_name\": \"range\", \"instances\": [{}]}",
          "{\"signature_name\": \"generate\", \"instances\": [[1]]}",
          "{\"signature_name\": \"sample\", \"inputs\": {\"seed\": 1}}",
          "{\"signature_name\": \"sample\", \"inputs\": {\"seed\": 1.5, \"count\": 1, \"sigmas\": [80]}}",
          "{\"signature_name\": \"sample\", \"inputs\": {\"seed\": 1, \"count\": 1e9, \"sigmas\": [80]}}",
          "{\"signature_name\": \"sample\", \"inputs\": {\"seed\": 1, \"count\": -1, \"sigmas\": [80]}}",
          "{\"signature_name\": \"sample\", \"inputs\": {\"seed\": \"1\", \"count\": 1, \"sigmas\": [80]}}",
          "{\"signature_name\": \"sample\", \"inputs\": {\"seed\": 1, \"count\": 1, \"sigmas\": 80}}",
          "{\"signature_name\": \"sample\", \"inputs\": {\"seed\": 1, \"count\": 1, \"sigmas\": [1e39]}}",
          "{\"signature_name\": \"sample\", \"inputs\": {\"seed\": 1, \"count\": 1, \"sigmas\": [80], \"more\": 1}}");

  /** One of many. */
  static BadRequest of(Random random, String noise) {
    return switch (random.nextInt(4)) {
      case 0 -> new BadRequest(one(random, PATHS), Optional.empty());
      case 1 -> new BadRequest("/v1/images?" + one(random, QUERIES), Optional.empty());
      case 2 -> predict(one(random, BODIES));
      default -> predict(damaged(random, noise));
    };
  }

  private static BadRequest predict(String body) {
    return new BadRequest("/v1/models/shapes:predict", Optional.of(body));
  }

  private static <T> T one(Random random, List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  // A good body, spoilt.
  private static String damaged(Random random, String noise) {
    String good = "{\"instances\": [" + noise + "]}";
    int at = 16 + random.nextInt(noise.length() - 4);
    return switch (random.nextInt(6)) {
      case 0 -> good.substring(0, at);
      case 1 -> good.replaceFirst(",", ",\"x\",");
      case 2 -> good.replaceFirst("\\[\\[", "[[1,");
      case 3 -> "{\"instances\": " + "[".repeat(2000 + random.nextInt(2000));
      case 4 -> "{\"inputs\": " + "[".repeat(30) + "]".repeat(30) + "}";
      default -> good + " ".repeat(200_000) + "x".repeat(random.nextInt(5));
    };
  }
}
