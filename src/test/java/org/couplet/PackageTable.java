package org.couplet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The packages of docs/design.md, from top to bottom.
 *
 * @param rows a package's name, and its row
 */
record PackageTable(Map<String, Row> rows) {
  private static final Pattern HEADING = Pattern.compile("\\| \\*(.+)\\* \\| +\\| +\\|");
  private static final Pattern ROW =
      Pattern.compile("\\| `([\\w.]+)` \\|( to come:)? .* \\| ([\\w ,()-]+) \\|");

  /**
   * A row.
   *
   * @param half the heading above it
   * @param uses packages that it may use, besides io
   * @param toCome whether it has no classes yet
   */
  record Row(String half, List<String> uses, boolean toCome) {}

  /** A package's row. */
  Row row(String name) {
    return Objects.requireNonNull(rows.get(name), name);
  }

  /** Reads the table. */
  static PackageTable read() {
    Map<String, Row> rows = new LinkedHashMap<>();
    String half = "";
    try {
      for (String line : Files.readAllLines(Path.of("docs/design.md"))) {
        var heading = HEADING.matcher(line);
        var row = ROW.matcher(line);
        if (heading.matches()) {
          half = heading.group(1);
        } else if (!half.isEmpty() && row.matches()) {
          String uses = row.group(3);
          rows.put(
              row.group(1),
              new Row(
                  half,
                  uses.equals("-") ? List.of() : List.of(uses.split(", ", -1)),
                  row.group(2) != null));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new PackageTable(rows);
  }
}
