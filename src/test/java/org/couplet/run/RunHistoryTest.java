package org.couplet.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunHistoryTest {
  @Test
  void aTornLineSpoilsNoOther(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("history.jsonl");
    RunHistory history = new RunHistory(file);
    history.add(0, Map.of());
    Files.writeString(file, Files.readString(file) + "{\"step\":3");
    history.add(5, Map.of("a", "b"));
    List<String> lines = Files.readAllLines(file);
    assertEquals(3, lines.size(), lines.toString());
    assertTrue(lines.get(2).startsWith("{\"step\":5,"), lines.get(2));
  }
}
