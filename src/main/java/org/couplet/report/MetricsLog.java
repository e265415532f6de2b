package org.couplet.report;

import java.io.BufferedReader;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.couplet.io.AtomicFile;
import org.couplet.io.InvalidInputException;

/**
 * A run's numbers, one JSON object a line. Each line is handed to the system whole, so a killed
 * process leaves at most one torn line, the last.
 */
public final class MetricsLog implements AutoCloseable {
  private static final String STEP = "step";
  private static final Pattern LINE = Pattern.compile("\\{(?:.*,)?\"step\":(\\d+)(?:,.*)?\\}");

  // A name and its number, as write() has them; possessive, so that long lines need no deep stack.
  private static final Pattern MEMBER =
      Pattern.compile(
          "\"((?:[^\"\\\\]|\\\\[\"\\\\]|\\\\u[0-9a-fA-F]{4})*+)\":"
              + "(-?\\d++(?:\\.\\d++)?+(?:[eE][-+]?\\d++)?+|\"NaN\"|\"-?Infinity\")");
  private static final Pattern OBJECT =
      Pattern.compile("\\{(?:%1$s(?:,%1$s)*+)?+\\}".formatted(MEMBER));
  private static final Pattern ESCAPE = Pattern.compile("\\\\(?:u([0-9a-fA-F]{4})|(.))");

  private final OutputStream out;

  /**
   * Opens a log, to append to what is there.
   *
   * @param file a .jsonl file; made if need be, in a folder that exists
   */
  public MetricsLog(Path file) throws IOException {
    out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /**
   * Makes a log end with a step, as if the run had gone no further: drops the lines of later steps,
   * and a line torn by a kill. To be called before a resumed run opens the log.
   *
   * @param file a log; no file is fine
   * @param step the last step to keep
   */
  public static void truncateAfter(Path file, long step) throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    AtomicFile.write(
        file,
        whole -> {
          // Latin-1 gives every byte back as it was, also a torn character's.
          try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
              Matcher matcher = LINE.matcher(line);
              if (matcher.matches() && Long.parseLong(matcher.group(1)) <= step) {
                whole.write((line + "\n").getBytes(StandardCharsets.ISO_8859_1));
              }
            }
          }
        });
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
    // Malformed bytes, as in a torn character, become signs that no line has.
    String[] lines = new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n", -1);
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
   * The value of a name in a log's last line.
   *
   * @param file a log; no file is fine
   */
  public static OptionalDouble last(Path file, String name) throws IOException {
    if (!Files.exists(file)) {
      return OptionalDouble.empty();
    }
    Pattern value = Pattern.compile(Pattern.quote(Json.of(name)) + ":([-+.0-9eE]+)");
    OptionalDouble last = OptionalDouble.empty();
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher matcher = value.matcher(line);
        if (matcher.find()) {
          last = OptionalDouble.of(Double.parseDouble(matcher.group(1)));
        }
      }
    }
    return last;
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
    out.write((Json.of(metrics) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  private static Optional<Map<String, Double>> numbers(String line) {
    if (!OBJECT.matcher(line).matches()) {
      return Optional.empty();
    }
    Map<String, Double> numbers = new LinkedHashMap<>();
    Matcher member = MEMBER.matcher(line);
    while (member.find()) {
      String value = member.group(2).replace("\"", "");
      numbers.put(unquoted(member.group(1)), Double.valueOf(value));
    }
    return Optional.of(numbers);
  }

  private static String unquoted(String name) {
    return ESCAPE
        .matcher(name)
        .replaceAll(
            escape -> {
              String code = escape.group(1);
              String letter =
                  code == null ? escape.group(2) : Character.toString(Integer.parseInt(code, 16));
              return Matcher.quoteReplacement(letter);
            });
  }
}
