package org.couplet.run;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.couplet.io.AtomicFile;
import org.couplet.io.FileFailure;
import org.couplet.io.Version;
import org.couplet.report.Json;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of a run, one JSON object a line: the step at which each began, when, with which
 * Couplet, settings and data, what the self-test found, and how far it is saved. A line that a
 * crash has torn is passed over.
 *
 * @param file {@code history.jsonl}
 */
public record RunHistory(Path file) {
  /** Text of the resolved experiment; only where it differs from the session before. */
  public static final String CONFIG = "config";

  /** Which fields differ from the session before: path to [from, to]. */
  public static final String CHANGED = "changed";

  /** The data file's identity. */
  public static final String DATA = "data";

  /** The newest step that the session saved. */
  public static final String SAVED = "saved";

  /** Seconds of training until that step, those of earlier sessions included. */
  public static final String SECONDS = "seconds";

  private static final String STEP = "step";

  /** Adds a session that begins after {@code step} steps. */
  public void add(long step, Map<String, Object> facts) throws IOException {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put(STEP, step);
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
    // It must not be younger than the checkpoints of its session.
    AtomicFile.force(file);
  }

  /** Adds facts to the last session's line, or replaces them there. */
  public void amend(Map<String, Object> facts) throws IOException {
    List<String> lines = new ArrayList<>(lines());
    int last = lines.size() - 1;
    JsonObject session = last < 0 ? null : object(lines.get(last));
    if (session == null) {
      return;
    }
    facts.forEach((name, value) -> session.add(name, Json.GSON.toJsonTree(value)));
    byte[] text = (Json.GSON.toJson(session) + "\n").getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(
        file,
        out -> {
          for (String line : lines.subList(0, last)) {
            out.write((line + "\n").getBytes(StandardCharsets.ISO_8859_1));
          }
          out.write(text);
        });
  }

  /** The newest value of a name. */
  public Optional<JsonElement> last(String name) throws IOException {
    List<String> lines = lines();
    for (int i = lines.size() - 1; i >= 0; i--) {
      JsonObject session = object(lines.get(i));
      if (session != null && session.has(name)) {
        return Optional.of(session.get(name));
      }
    }
    return Optional.empty();
  }

  /** The newest number of a name. */
  public OptionalDouble lastNumber(String name) throws IOException {
    Optional<JsonElement> value = last(name);
    return value.isPresent() && isNumber(value.get())
        ? OptionalDouble.of(value.get().getAsDouble())
        : OptionalDouble.empty();
  }

  /** The last step that is known to have been saved; 0 if none is. */
  public long lastSaved() throws IOException {
    double saved = 0;
    for (String line : lines()) {
      JsonObject session = object(line);
      if (session == null) {
        continue;
      }
      for (String name : List.of(STEP, SAVED)) {
        JsonElement value = session.get(name);
        saved = value != null && isNumber(value) ? Math.max(saved, value.getAsDouble()) : saved;
      }
    }
    return Math.round(saved);
  }

  private static boolean isNumber(JsonElement value) {
    return value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
  }

  // Latin-1 gives every byte back as it was, also a torn character's.
  private List<String> lines() throws IOException {
    return Files.exists(file)
        ? FileFailure.reading(file, () -> Files.readAllLines(file, StandardCharsets.ISO_8859_1))
        : List.of();
  }

  // Null for a line that is not a JSON object, such as one that a crash has torn.
  private static @Nullable JsonObject object(String line) {
    try {
      String text = new String(line.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
      return Json.GSON.fromJson(text, JsonObject.class);
    } catch (JsonParseException e) {
      return null;
    }
  }

  // Whether a crash left a line without its end.
  private boolean isTorn() throws IOException {
    byte[] lines = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
    return lines.length > 0 && lines[lines.length - 1] != '\n';
  }
}
