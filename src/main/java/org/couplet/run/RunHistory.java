package org.couplet.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.couplet.io.FileFailure;
import org.couplet.io.Version;
import org.couplet.report.Json;

/**
 * The sessions of a run, one JSON object a line: the step at which each began, when, with which
 * Couplet, and what the self-test found.
 *
 * @param file {@code history.jsonl}
 */
public record RunHistory(Path file) {
  /** Adds a session. */
  public void add(long step, Map<String, Object> facts) throws IOException {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", step);
    line.put("began", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    line.put("couplet", Version.describe());
    line.putAll(facts);
    FileFailure.writing(
        file,
        () ->
            Files.writeString(
                file,
                (isTorn() ? "\n" : "") + Json.GSON.toJson(line) + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND));
  }

  // Whether a crash left a line without its end.
  private boolean isTorn() throws IOException {
    byte[] lines = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
    return lines.length > 0 && lines[lines.length - 1] != '\n';
  }
}
