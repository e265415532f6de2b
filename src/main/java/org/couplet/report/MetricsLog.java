package org.couplet.report;

import com.google.gson.JsonParseException;
import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.couplet.io.AtomicFile;
import org.couplet.io.FileFailure;
import org.couplet.io.InvalidInputException;
import org.jspecify.annotations.Nullable;

/**
 * A run's numbers, one JSON object a line. Each line is handed to the system whole, so a killed
 * process leaves at most one torn line, the last.
 */
public final class MetricsLog implements AutoCloseable {
  private static final String STEP = "step";
  private static final TypeToken<Map<String, Object>> OBJECT = new TypeToken<>() {};

  private final Path file;
  private final OutputStream out;

  /**
   * Opens a log, to append to what is there.
   *
   * @param file a .jsonl file; made if need be, in a folder that exists
   */
  public MetricsLog(Path file) throws IOException {
    this.file = file;
    out =
        FileFailure.opening(
            file,
            () ->
                Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
  }

  /**
   * Makes a log end with a step, as if the run had gone no further: drops the lines of later steps,
   * and a line torn by a kill. To be called before a resumed run opens the log.
   *
   * @param file a log; no file is fine
   * @param step the last step to keep
   * @return how many lines besides the last were damaged, and are dropped
   */
  public static int truncateAfter(Path file, long step) throws IOException {
    if (!Files.exists(file)) {
      return 0;
    }
    List<String> lines = lines(file);
    List<String> kept = new ArrayList<>();
    int damaged = 0;
    for (int i = 0; i < lines.size(); i++) {
      Map<String, Object> object = object(lines.get(i));
      if (object == null || !(object.get(STEP) instanceof Double at)) {
        damaged += i < lines.size() - 1 ? 1 : 0;
      } else if (at <= step) {
        kept.add(lines.get(i));
      }
    }
    AtomicFile.write(
        file,
        whole -> {
          for (String line : kept) {
            whole.write((line + "\n").getBytes(StandardCharsets.ISO_8859_1));
          }
        });
    return damaged;
  }

  /**
   * All lines' names and numbers, in the order written; a last line torn by a kill is left out.
   *
   * @param file a log; no file is fine
   * @throws InvalidInputException if another line is not an object of numbers
   */
  public static List<Map<String, Double>> read(Path file) throws IOException {
    if (!Files.exists(file)) {
      return List.of();
    }
    byte[] bytes = FileFailure.reading(file, () -> Files.readAllBytes(file));
    String[] lines = new String(bytes, StandardCharsets.UTF_8).split("\n", -1);
    List<Map<String, Double>> all = new ArrayList<>();
    for (int i = 0; i < lines.length; i++) {
      Optional<Map<String, Double>> numbers = numbers(lines[i]);
      numbers.ifPresent(all::add);
      // Whole files end with a line feed, and so with an empty part.
      if (numbers.isEmpty() && i < lines.length - 1) {
        throw new InvalidInputException(
            "%s:%d: not an object of numbers. Remove the line".formatted(file, i + 1));
      }
    }
    return all;
  }

  /**
   * The last number of a name in a log.
   *
   * @param file a log; no file is fine
   */
  public static OptionalDouble last(Path file, String name) throws IOException {
    if (!Files.exists(file)) {
      return OptionalDouble.empty();
    }
    List<String> lines = lines(file);
    for (int i = lines.size() - 1; i >= 0; i--) {
      Map<String, Object> object = object(lines.get(i));
      if (object != null && object.get(name) instanceof Double value) {
        return OptionalDouble.of(value);
      }
    }
    return OptionalDouble.empty();
  }

  /**
   * Appends a line.
   *
   * @param metrics names and numbers, written in the map's order, {@code step} among them; NaN and
   *     infinities, which JSON lacks, become strings
   */
  public void write(Map<String, ? extends Number> metrics) throws IOException {
    if (!metrics.containsKey(STEP)) {
      throw new IllegalArgumentException("no step among " + metrics.keySet());
    }
    byte[] line = (Json.GSON.toJson(metrics) + "\n").getBytes(StandardCharsets.UTF_8);
    FileFailure.writing(file, () -> out.write(line));
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  // Latin-1 gives every byte back as it was, also a torn character's.
  private static List<String> lines(Path file) throws IOException {
    return FileFailure.reading(file, () -> Files.readAllLines(file, StandardCharsets.ISO_8859_1));
  }

  private static Optional<Map<String, Double>> numbers(String line) {
    Map<String, Object> object = object(line);
    if (object == null) {
      return Optional.empty();
    }
    try {
      Map<String, Double> numbers = new LinkedHashMap<>();
      // NaN and infinities are text.
      object.forEach((name, value) -> numbers.put(name, Double.valueOf(String.valueOf(value))));
      return Optional.of(numbers);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  // Null for a line that is not a JSON object, such as one torn by a kill.
  private static @Nullable Map<String, Object> object(String line) {
    try {
      return Json.GSON.fromJson(line, OBJECT);
    } catch (JsonParseException e) {
      return null;
    }
  }
}
