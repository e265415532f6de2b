package org.couplet.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.couplet.io.AtomicFile;
import org.couplet.io.FileFailure;
import org.couplet.io.InvalidInputException;

/** Rows of named columns: words and numbers, kept as CSV (RFC 4180), shown as aligned text. */
public final class Table {
  private static final int DIGITS = 4;
  private static final int ENOUGH_DIGITS = 17;
  // Whole numbers up to here, such as steps, are shown in full.
  private static final double MOST_WHOLE = 1e9;
  private static final CSVFormat CSV =
      CSVFormat.RFC4180
          .builder()
          .setHeader()
          .setSkipHeaderRecord(true)
          .setIgnoreEmptyLines(true)
          .get();

  private final List<String> columns;
  private final List<Row> rows = new ArrayList<>();

  // Where a row is from, for complaints: a file and line, or its number.
  private record Row(String place, List<String> cells) {}

  /**
   * A table without rows.
   *
   * @param columns names, all different, at least one
   */
  public Table(String... columns) {
    this(List.of(columns));
  }

  /** The same from a list. */
  public Table(List<String> columns) {
    if (columns.isEmpty() || new HashSet<>(columns).size() < columns.size()) {
      throw new IllegalArgumentException("no columns, or a name twice: " + columns);
    }
    this.columns = List.copyOf(columns);
  }

  /**
   * Adds a row.
   *
   * @param cells a value a column: a {@link Number}, or anything else for its words
   * @return this table
   */
  public Table row(Object... cells) {
    List<String> texts = new ArrayList<>();
    for (Object cell : cells) {
      texts.add(cell instanceof Number number ? words(number) : cell.toString());
    }
    if (texts.size() != columns.size()) {
      throw new IllegalArgumentException(texts + " are not one a column: " + columns);
    }
    rows.add(new Row("row " + (rows.size() + 1), texts));
    return this;
  }

  /** The columns' names. */
  public List<String> columns() {
    return columns;
  }

  /** Number of rows. */
  public int size() {
    return rows.size();
  }

  /** A cell's words, or its number as CSV has it. */
  public String text(int row, String column) {
    return rows.get(row).cells().get(index(column));
  }

  /**
   * A cell's number.
   *
   * @throws InvalidInputException if it is not a number
   */
  public double number(int row, String column) {
    return number(rows.get(row), index(column));
  }

  /**
   * A column's numbers, [size].
   *
   * @throws InvalidInputException if one is not a number
   */
  public double[] numbers(String column) {
    int index = index(column);
    return rows.stream().mapToDouble(row -> number(row, index)).toArray();
  }

  /** Writes a header and the rows as CSV; numbers in the fewest digits that give them back. */
  public void write(Path file) throws IOException {
    StringBuilder text = new StringBuilder(line(columns));
    rows.forEach(row -> text.append(line(row.cells())));
    AtomicFile.write(file, text.toString());
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param required columns that it must have; it may have others
   * @throws InvalidInputException if the file is not such a table
   */
  public static Table read(Path file, String... required) throws IOException {
    try (CSVParser parser =
        CSVParser.parse(FileFailure.reading(file, () -> Files.readString(file)), CSV)) {
      Table table = new Table(parser.getHeaderNames());
      for (String column : required) {
        if (!table.columns.contains(column)) {
          throw new InvalidInputException(
              file + ": has no column " + column + "; make it again, or remove it");
        }
      }
      for (CSVRecord cells : parser) {
        String place = file + ":" + parser.getCurrentLineNumber();
        if (cells.size() != table.columns.size()) {
          throw new InvalidInputException(
              "%s: %d cells for %d columns. Quote cells that hold a comma"
                  .formatted(place, cells.size(), table.columns.size()));
        }
        table.rows.add(new Row(place, cells.toList()));
      }
      return table;
    } catch (UncheckedIOException e) {
      throw notCsv(file, Objects.requireNonNullElse(e.getCause(), e));
    } catch (CSVException | IllegalArgumentException e) {
      throw notCsv(file, e);
    }
  }

  private static InvalidInputException notCsv(Path file, Exception why) {
    return new InvalidInputException(
        file + ": not CSV in UTF-8 with a header: " + why.getMessage(), why);
  }

  /** The table for a terminal: columns aligned, numbers to 4 significant digits. */
  public String text() {
    List<List<String>> shown = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      int column = i;
      List<String> cells =
          rows.stream().map(row -> row.cells().get(column)).collect(Collectors.toList());
      boolean numbers = !cells.isEmpty() && cells.stream().allMatch(Table::isNumber);
      cells.replaceAll(numbers ? Table::rounded : cell -> cell.replaceAll("\\s", " "));
      cells.add(0, columns.get(column));
      shown.add(aligned(cells, numbers));
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i <= rows.size(); i++) {
      StringJoiner line = new StringJoiner("  ");
      for (List<String> column : shown) {
        line.add(column.get(i));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  private int index(String column) {
    int index = columns.indexOf(column);
    if (index < 0) {
      throw new IllegalArgumentException("no column " + column + " among " + columns);
    }
    return index;
  }

  private double number(Row row, int index) {
    String text = row.cells().get(index);
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new InvalidInputException(
          "%s: %s: %s is not a number".formatted(row.place(), columns.get(index), text), e);
    }
  }

  private static List<String> aligned(List<String> cells, boolean right) {
    int width = cells.stream().mapToInt(Table::length).max().orElse(0);
    return cells.stream()
        .map(
            cell -> {
              String blanks = " ".repeat(width - length(cell));
              return right ? blanks + cell : cell + blanks;
            })
        .toList();
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  private static String line(List<String> cells) {
    StringJoiner line = new StringJoiner(",", "", "\n");
    for (String cell : cells) {
      // A lone empty cell would be a blank line.
      boolean quoted = cell.matches("(?s).*[,\"\r\n].*") || (cell.isEmpty() && cells.size() == 1);
      line.add(quoted ? "\"" + cell.replace("\"", "\"\"") + "\"" : cell);
    }
    return line.toString();
  }

  // Java 17's own text of a double sometimes has a digit too many.
  private static String words(Number number) {
    double value = number.doubleValue();
    if (!(number instanceof Double || number instanceof Float)
        || !Double.isFinite(value)
        || value == 0) {
      return number.equals(0.0) ? "0" : number.toString();
    }
    BigDecimal exact = new BigDecimal(value);
    for (int digits = 1; digits < ENOUGH_DIGITS; digits++) {
      BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (rounded.doubleValue() == value) {
        return plain(rounded);
      }
    }
    return plain(exact.round(new MathContext(ENOUGH_DIGITS, RoundingMode.HALF_EVEN)));
  }

  private static String plain(BigDecimal number) {
    BigDecimal stripped = number.stripTrailingZeros();
    int exponent = stripped.precision() - stripped.scale() - 1;
    return exponent < -5 || exponent > 15 ? stripped.toString() : stripped.toPlainString();
  }

  private static boolean isNumber(String text) {
    return text.matches("[-+]?(\\d+\\.?\\d*([eE][-+]?\\d+)?|Infinity)|NaN");
  }

  private static String rounded(String number) {
    double value = Double.parseDouble(number);
    if (!Double.isFinite(value)) {
      return number;
    }
    if (value == Math.rint(value) && Math.abs(value) <= MOST_WHOLE) {
      return Long.toString((long) value);
    }
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(DIGITS));
    int exponent = rounded.precision() - rounded.scale() - 1;
    return exponent < -4 || exponent > 8
        ? String.format(Locale.ROOT, "%." + (DIGITS - 1) + "e", value)
        : rounded.toPlainString();
  }
}
