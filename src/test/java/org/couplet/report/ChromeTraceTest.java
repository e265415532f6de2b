package org.couplet.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChromeTraceTest {
  @Test
  void barsThatOverlapLieInDifferentLanesOfTheirPlace(@TempDir Path folder) throws IOException {
    ChromeTrace trace = new ChromeTrace();
    trace.add("CPU", new ChromeTrace.Bar("Add", "second", 5, 10));
    trace.add("CPU", new ChromeTrace.Bar("Mul", "first", 0, 10));
    trace.add("CPU", new ChromeTrace.Bar("Mul", "third", 10, 2.5));
    trace.add("GPU \"0\"", new ChromeTrace.Bar("Add", "other", 7, 1));
    Path file = folder.resolve("trace.json");
    trace.write(file);
    List<String> lines = new ArrayList<>();
    JsonObject whole = Json.GSON.fromJson(Files.readString(file), JsonObject.class);
    for (JsonElement element : whole.getAsJsonArray("traceEvents")) {
      JsonObject event = element.getAsJsonObject();
      String name = event.getAsJsonObject("args").get("name").getAsString();
      lines.add(
          event.get("ph").getAsString().equals("M")
              ? event.get("pid") + " is " + name
              : "%s %s %s %s %s %s"
                  .formatted(
                      event.get("pid"),
                      event.get("tid"),
                      event.get("name").getAsString(),
                      name,
                      event.get("ts"),
                      event.get("dur")));
    }
    assertEquals(
        List.of(
            "1 is CPU",
            "1 0 Mul first 0.0 10.0",
            "1 1 Add second 5.0 10.0",
            "1 0 Mul third 10.0 2.5",
            "2 is GPU \"0\"",
            "2 0 Add other 7.0 1.0"),
        lines);
  }
}
