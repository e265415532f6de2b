package org.couplet.io;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.Gson;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlainLineTest {
  @Test
  void controlCharactersAreEscaped() {
    assertEquals(
        "a\\u001b[31mred\\u0007\\nb\\u000d\\u0009c", PlainLine.of("a\u001b[31mred\u0007\nb\r\tc"));
  }

  @Test
  void whatTurnsTheDirectionOfTextIsEscaped() {
    assertEquals("a\\u202egnp.exe", PlainLine.of("a\u202egnp.exe"));
  }

  @Test
  void wordsOfAnyLanguageStay() {
    String text = "\u00fcmlaut \u5199\u771f \ud83d\ude00.png";
    assertEquals(text, PlainLine.of(text));
  }

  @Test
  void longLinesAreCutAndSaySo() {
    assertEquals(
        "\ud83d\ude00".repeat(2000) + "... (18000 more characters)",
        PlainLine.of("\ud83d\ude00".repeat(20_000)));
    assertEquals("x".repeat(2000), PlainLine.of("x".repeat(2000)));
  }

  @Test
  void aStreamEscapesLinesAndLeavesWhatABarPrints() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream stream =
        PlainStream.ofMessages(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    stream.println("a\u001b[2J\u00fc\nb\tc");
    stream.print("\r[==]");
    stream.printf("%s\n", "y".repeat(3000));
    assertEquals(
        "a\\u001b[2J\u00fc\nb\tc" + System.lineSeparator() + "\r[==]" + "y".repeat(3000) + "\n",
        bytes.toString(StandardCharsets.UTF_8));
  }

  @Test
  void resultsAreEscapedHoweverTheyArePrintedAndNeverCut() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = PlainStream.ofResults(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    out.println("a\u001b[2J\u00fc\nb\tc");
    out.printf("%s %d%n", "d\u0007", 7);
    out.println(List.of("e\u009b"));
    out.println("x".repeat(3000));
    String end = System.lineSeparator();
    assertEquals(
        "a\\u001b[2J\u00fc\nb\tc%sd\\u0007 7%s[e\\u009b]%s%s%s"
            .formatted(end, end, end, "x".repeat(3000), end),
        bytes.toString(StandardCharsets.UTF_8));
  }

  @Test
  void escapedJsonIsTheSameJson() {
    String name = "a\u001b\u007f\u009b\u200d\u202e\udb40\udc01\ud83d\ude00\"\\\u2028.png";
    String json = new Gson().toJson(name);
    assertEquals(name, new Gson().fromJson(PlainLine.wholeLinesOf(json), String.class));
  }

  @Test
  void eachLineOfAStreamIsCutOnItsOwn() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PlainStream.ofMessages(new PrintStream(bytes, true, StandardCharsets.UTF_8))
        .println("x".repeat(2001) + "\nshort");
    assertEquals(
        "x".repeat(2000) + "... (1 more characters)\nshort" + System.lineSeparator(),
        bytes.toString(StandardCharsets.UTF_8));
  }
}
