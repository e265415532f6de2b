package org.couplet.report;

import com.google.gson.JsonParseException;
import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.couplet.io.AtomicFile;
import org.couplet.io.FileFailure;
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
   * and damaged ones. To be called before a resumed run opens the log.
   *
   * @param file a log; no file is fine
   * @param step the last step to keep
   * @return how many lines were damaged, but for one torn at the end
   */
  public static int truncateAfter(Path file, long step) throws IOException {
    if (!Files.exists(file)) {
      return 0;
    }
    Lines lines = lines(file);
    AtomicFile.write(
        file,
        whole -> {
          for (Line line : lines.sound) {
            if (step(line.numbers) <= step) {
              whole.write((line.text + "\n").getBytes(StandardCharsets.ISO_8859_1));
            }
          }
        });
    return lines.damaged;
  }

  /**
   * All lines' names and numbers, in the order written. Damaged lines are passed over: those that
   * are not an object of numbers with a step.
   *
   * @param file a log; no file is fine
   */
  public static List<Map<String, Double>> read(Path file) throws IOException {
    return lines(file).all();
  }

  /**
   * The same, with a warning that counts damaged lines; a torn last one, which a kill leaves, does
   * not count.
   */
  public static List<Map<String, Double>> read(Path file, PrintStream warnings) throws IOException {
    Lines lines = lines(file);
    if (lines.damaged > 0) {
      warnings.printf("warning: %s: damaged lines are passed over: %d%n", file, lines.damaged);
    }
    return lines.all();
  }

  /**
   * The last number of a name in a log, NaN and infinities passed over.
   *
   * @param file a log; no file is fine
   */
  public static OptionalDouble last(Path file, String name) throws IOException {
    List<Map<String, Double>> lines = read(file);
    for (int i = lines.size() - 1; i >= 0; i--) {
      double value = lines.get(i).getOrDefault(name, Double.NaN);
      if (Double.isFinite(value)) {
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

  /** A sound line, and the text that it is written as, a byte each character. */
  private record Line(String text, Map<String, Double> numbers) {}

  private record Lines(List<Line> sound, int damaged) {
    List<Map<String, Double>> all() {
      return sound.stream().map(Line::numbers).toList();
    }
  }

  private static Lines lines(Path file) throws IOException {
    if (!Files.exists(file)) {
      return new Lines(List.of(), 0);
    }
    byte[] bytes = FileFailure.reading(file, () -> Files.readAllBytes(file));
    // Latin-1 gives every byte back as it was, also a torn character's.
    String[] lines = new String(bytes, StandardCharsets.ISO_8859_1).split("\n", -1);
    List<Line> sound = new ArrayList<>();
    int damaged = 0;
    for (int i = 0; i < lines.length; i++) {
      Map<String, Double> numbers = numbers(lines[i]);
      if (numbers != null && Double.isFinite(step(numbers))) {
        sound.add(new Line(lines[i], numbers));
      } else if (i < lines.length - 1) {
        damaged++;
      }
    }
    return new Lines(sound, damaged);
  }

  private static double step(Map<String, Double> numbers) {
    return numbers.getOrDefault(STEP, Double.NaN);
  }

  // Null for a line that is not a JSON object of numbers, such as one torn by a kill.
  private static @Nullable Map<String, Double> numbers(String line) {
    String text = new String(line.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    try {
      Map<String, Object> object = Json.GSON.fromJson(text, OBJECT);
      if (object == null) {
        return null;
      }
      Map<String, Double> numbers = new LinkedHashMap<>();
      // NaN and infinities are text.
      object.forEach((name, value) -> numbers.put(name, Double.valueOf(String.valueOf(value))));
      return numbers;
    } catch (JsonParseException | NumberFormatException e) {
      return null;
    }
  }
}
