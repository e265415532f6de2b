package org.couplet.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.couplet.JsonText;
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
    for (JsonText event : JsonText.of(Files.readString(file)).objects("traceEvents")) {
      Object name = ((JsonText) event.get("args")).get("name");
      lines.add(
          event.get("ph").equals("M")
              ? event.get("pid") + " is " + name
              : "%s %s %s %s %s %s"
                  .formatted(
                      event.get("pid"),
                      event.get("tid"),
                      event.get("name"),
                      name,
                      event.get("ts"),
                      event.get("dur")));
    }
    assertEquals(
        List.of(
            "1.0 is CPU",
            "1.0 0.0 Mul first 0.0 10.0",
            "1.0 1.0 Add second 5.0 10.0",
            "1.0 0.0 Mul third 10.0 2.5",
            "2.0 is GPU \"0\"",
            "2.0 0.0 Add other 7.0 1.0"),
        lines);
  }
}
