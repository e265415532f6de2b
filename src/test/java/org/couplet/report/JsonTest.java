package org.couplet.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
  @Test
  void namesKeepTheirOrder() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("z", 1);
    map.put("a", List.of(0.5, true, "x"));
    assertEquals("{\"z\":1,\"a\":[0.5,true,\"x\"]}", Json.GSON.toJson(map));
  }

  @Test
  void textIsEscaped() {
    assertEquals("\"a\\\"b\\\\c\\nd\"", Json.GSON.toJson("a\"b\\c\nd"));
  }

  @Test
  void numbersThatJsonLacksBecomeText() {
    assertEquals(
        "[\"NaN\",\"-Infinity\"]", Json.GSON.toJson(List.of(Double.NaN, Double.NEGATIVE_INFINITY)));
  }
}
