package org.couplet.report;

import static org.couplet.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.couplet.io.FileFailure;
import org.couplet.io.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableTest {
  private final Path file;

  TableTest(@TempDir Path folder) {
    file = folder.resolve("table.csv");
  }

  private Table read(String text) throws IOException {
    Files.writeString(file, text);
    return Table.read(file);
  }

  @Test
  void csvHasAHeaderDotsAndQuotesWhereNeeded() throws IOException {
    new Table("model", "fid, mean").row("a \"b\"", 1.5).row("", 12L).row("ä\nö", 3).write(file);
    assertEquals(
        "model,\"fid, mean\"\n\"a \"\"b\"\"\",1.5\n,12\n\"ä\nö\",3\n", Files.readString(file));
  }

  @Test
  void everyWordComesBack() throws IOException {
    List<String> words =
        List.of("", "\"", ",", "a,b", "\"a\"", "\n", "\r\n", " a ", "NaN", "007", "µ\ud83d\ude00");
    Table table = new Table("word");
    words.forEach(table::row);
    table.write(file);
    Table read = Table.read(file);
    assertEquals(words.size(), read.size());
    for (int i = 0; i < words.size(); i++) {
      assertEquals(words.get(i), read.text(i, "word"));
    }
  }

  @Test
  void everyDoubleComesBack() throws IOException {
    double[] some = {
      0,
      -0.0,
      1,
      0.1,
      1.0 / 3,
      2e-3,
      1e22,
      -1e-300,
      Double.MIN_VALUE,
      Double.MAX_VALUE,
      Double.NaN,
      Double.POSITIVE_INFINITY,
      Double.NEGATIVE_INFINITY
    };
    Random random = new Random(1);
    Table table = new Table("index", "value");
    double[] values = new double[1000];
    for (int i = 0; i < values.length; i++) {
      values[i] = i < some.length ? some[i] : Double.longBitsToDouble(random.nextLong());
      table.row(i, values[i]);
    }
    table.write(file);
    assertArrayEquals(values, Table.read(file).numbers("value"));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1000, 1000",
    "0.1, 0.1",
    "2e-3, 0.002",
    "1e23, 1E+23",
    "2.2e-322, 2.2E-322",
    "1.5e-7, 1.5E-7",
    "0.30000000000000004, 0.30000000000000004",
    "-4e5, -400000"
  })
  void numbersAreWrittenInTheFewestDigits(double number, String text) {
    assertEquals(text, new Table("a").row(number).text(0, "a"));
  }

  @Test
  void otherLineEndingsAndBlankLinesAreRead() throws IOException {
    Table table = read("a,\"b\"\r\n1,\"x\"\"y\"\r\n\r\n\"2\",");
    assertEquals(List.of("a", "b"), table.columns());
    assertEquals(2, table.size());
    assertEquals("x\"y", table.text(0, "b"));
    assertEquals(2, table.number(1, "a"));
    assertEquals("", table.text(1, "b"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|: not CSV in UTF-8 with a header: no columns",
        "'a,a\n1,2\n'|: not CSV in UTF-8 with a header: no columns, or a name twice: [a, a]",
        "'a,b\n1,2\n3\n'|:3: 1 cells for 2 columns",
        "'a,b\n\"x\ny\",2\n3,4,5\n'|:4: 3 cells for 2 columns",
        "'a\n1\n\"2\n3\n'|: not CSV in UTF-8 with a header: (startline 3) EOF reached",
        "'a\n1\n\"2\"3\n'|: not CSV in UTF-8 with a header: Invalid character between encapsulated token"
      })
  void badFilesAreRefusedWithTheReason(String text, String complaint) {
    InvalidInputException refused = assertThrows(InvalidInputException.class, () -> read(text));
    String message = String.valueOf(refused.getMessage());
    assertTrue(message.startsWith(file + complaint), message);
  }

  @Test
  void aWordWhereANumberIsWantedIsRefusedWithItsLine() throws IOException {
    Table table = read("model,fid\na,1\nb,soon\n");
    InvalidInputException refused =
        assertThrows(InvalidInputException.class, () -> table.numbers("fid"));
    assertEquals(file + ":3: fid: soon is not a number", refused.getMessage());
  }

  @Test
  void aFileWithoutARequiredColumnIsRefused() throws IOException {
    Files.writeString(file, "step,valu\n1,2\n");
    assertRefused(() -> Table.read(file, "step", "value"), file + ": has no column value");
    assertEquals(1, Table.read(file, "step").size());
  }

  @Test
  void bytesThatAreNoTextAreRefused() throws IOException {
    Files.write(file, new byte[] {'a', '\n', (byte) 0xff});
    assertTrue(assertThrows(FileFailure.class, () -> Table.read(file)).isBadInput());
  }

  @Test
  void textAlignsColumnsAndRoundsNumbers() {
    Table table =
        new Table("model", "steps", "loss")
            .row("a", 1000, 1.0 / 3)
            .row("a longer one", 123456, 1.23456e-7)
            .row("c\nd", 5, Double.NaN);
    assertEquals(
        """
        model          steps       loss
        a               1000     0.3333
        a longer one  123456  1.235e-07
        c d                5        NaN
        """,
        table.text());
  }

  @Test
  void rowsThatDoNotFitAreRefused() {
    Table table = new Table("a", "b");
    assertThrows(IllegalArgumentException.class, () -> table.row(1));
    assertThrows(IllegalArgumentException.class, () -> new Table("a", "a"));
    assertThrows(IllegalArgumentException.class, () -> table.numbers("c"));
  }
}
