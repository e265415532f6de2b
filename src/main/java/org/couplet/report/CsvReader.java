package org.couplet.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.couplet.io.InvalidInputException;

/** Takes CSV (RFC 4180) apart, lines ending in LF or CRLF; skips blank lines. */
final class CsvReader {
  private static final int END = -1;

  private final Path file;
  private final String text;
  private int at;
  private int line = 1;
  private int begun = 1;

  CsvReader(Path file, String text) {
    this.file = file;
    this.text = text.startsWith("\ufeff") ? text.substring(1) : text;
  }

  /** Where the row read last begins: {@code file:line}. */
  String place() {
    return file + ":" + begun;
  }

  /** The next row's cells; none at the end. */
  List<String> next() {
    while (peek() == '\r' || peek() == '\n') {
      line += take() == '\n' ? 1 : 0;
    }
    begun = line;
    List<String> cells = new ArrayList<>();
    if (peek() == END) {
      return cells;
    }
    cells.add(cell());
    while (peek() == ',') {
      take();
      cells.add(cell());
    }
    if (peek() != END && peek() != '\r' && peek() != '\n') {
      throw new InvalidInputException(
          place() + ": text after a closing quote. Write a quote within quotes twice");
    }
    return cells;
  }

  private String cell() {
    if (peek() == '"') {
      return quoted();
    }
    int start = at;
    while (peek() != ',' && peek() != '\r' && peek() != '\n' && peek() != END) {
      at++;
    }
    return text.substring(start, at);
  }

  private String quoted() {
    StringBuilder cell = new StringBuilder();
    take();
    while (peek() != END) {
      char letter = take();
      if (letter == '"' && peek() != '"') {
        return cell.toString();
      }
      if (letter == '"') {
        take();
      }
      line += letter == '\n' ? 1 : 0;
      cell.append(letter);
    }
    throw new InvalidInputException(place() + ": a quoted cell has no end. Close its quotes");
  }

  private int peek() {
    return at < text.length() ? text.charAt(at) : END;
  }

  private char take() {
    return text.charAt(at++);
  }
}
