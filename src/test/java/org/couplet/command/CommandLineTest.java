package org.couplet.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.couplet.io.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private static CommandLine travel() {
    return new CommandLine("travel", "couplet travel --bus 4 --to sea")
        .about("Goes somewhere.")
        .flag("fast", "don't stop on the way")
        .repeatable("via", "PLACE", "a place on the way")
        .required("bus", "LINE", "number of the bus")
        .required("train", "LINE", "number of the train")
        .oneOf("bus", "train")
        .required("to", "PLACE", "where to go")
        .optional("seats", "N,...", "seats to take, each a number; by default the first one")
        .optional("home", "PLACE", "where to return to")
        .or("home");
  }

  private boolean parse(CommandLine options, String line) {
    return options.parse(
        line.isEmpty() ? new String[0] : line.split(" ", -1),
        new PrintStream(out, true, StandardCharsets.UTF_8));
  }

  private static CommandLine parsed(String line) {
    CommandLine options = travel();
    assertTrue(new CommandLineTest().parse(options, line));
    return options;
  }

  private static String refused(Runnable reading) {
    return String.valueOf(assertThrows(InvalidInputException.class, reading::run).getMessage());
  }

  @Test
  void theHelpIsMadeFromTheDeclarations() {
    assertFalse(parse(travel(), "--help"));
    assertEquals(
        """
        usage: couplet travel (--bus LINE | --train LINE) --to PLACE [--fast] [--via PLACE]...
                              [--seats N,...] [--home PLACE]
               couplet travel --home PLACE [options]

        Goes somewhere.

          --fast         don't stop on the way
          --via PLACE    a place on the way; may be repeated
          --bus LINE     number of the bus
          --train LINE   number of the train
          --to PLACE     where to go
          --seats N,...  seats to take, each a number; by default the first one
          --home PLACE   where to return to
          --help         show this help and stop

        example: couplet travel --bus 4 --to sea
        """,
        out.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n"));
  }

  @Test
  void helpHasAShortForm() {
    assertFalse(parse(travel(), "-h"));
    assertTrue(out.toString(StandardCharsets.UTF_8).startsWith("usage: couplet travel"));
  }

  @Test
  void noLineOfTheHelpIsWiderThanATerminal() {
    String words = "word ".repeat(60).strip();
    CommandLine options = new CommandLine("talk", "couplet talk").about(words).entry("name", words);
    for (int i = 0; i < 20; i++) {
      options.optional("option-" + i, "VALUE", words);
    }
    parse(options, "--help");
    out.toString(StandardCharsets.UTF_8)
        .lines()
        .forEach(line -> assertTrue(line.length() <= 100, line));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|--bus or --train is missing, --to is missing; usage: couplet travel (--bus LINE |"
            + " --train LINE) --to PLACE [options]; see couplet travel --help",
        "--to sea|--bus or --train is missing; usage: ",
        "--train 4|--to is missing; usage: ",
        "--train 4 --bus 4 --to sea|give either --bus or --train, not both",
        "--bus 4 --bus 5 --to sea|--bus: given 2 times; give it once",
        "--bus 4 --to sea --fats|'--fats' is not an option (did you mean --fast?); usage: ",
        "--bus 4 --to sea --viaduct=x|'--viaduct=x' is not an option; usage: ",
        "--bus 4 --to sea slowly|'slowly' is not an option, nor the value of one; usage: ",
        "--bus 4 --to|--to: its value is missing; usage: ",
      })
  void wrongUsageIsRefusedInOneLine(String line, String message) {
    String refused = refused(() -> parse(travel(), line));
    assertTrue(refused.startsWith(message), refused);
    assertEquals(1, refused.lines().count());
  }

  @Test
  void anotherFormNeedsNoRequiredOptions() {
    assertEquals(Optional.of("inland"), parsed("--home inland").text("home"));
    String refused = refused(() -> parsed("--home inland").value("to"));
    assertTrue(refused.startsWith("--to is missing; usage: "), refused);
  }

  @Test
  void anEmptyPathIsNotTheWorkingDirectory() {
    CommandLine options = travel();
    assertTrue(parse(options, "--bus 1 --to "));
    assertEquals("--to: its value is empty; give a path", refused(() -> options.path("to")));
  }

  @Test
  void repeatedOptionsKeepTheirOrder() {
    assertEquals(
        List.of("lake", "hill"), parsed("--home inland --via lake --via hill").texts("via"));
  }

  @Test
  void listsAreReadEntryByEntry() {
    assertEquals(
        List.of(3, 4), parsed("--home a --seats 3,4").list("seats", Integer::valueOf, "a seat"));
    assertEquals(
        List.of("a,b", "c"),
        parsed("--home inland --via a,b --via c").list("via", text -> text, "a place"));
    assertEquals(List.of(), parsed("--home a").list("seats", Integer::valueOf, "a seat"));
    assertEquals(
        "--seats: 'x' is not a seat",
        refused(() -> parsed("--home a --seats 3,x").list("seats", Integer::valueOf, "a seat")));
    assertEquals(
        "--seats: '' is not a seat",
        refused(() -> parsed("--home a --seats 3,").list("seats", Integer::valueOf, "a seat")));
  }

  @Test
  void numbersHaveBounds() {
    assertEquals(Optional.of(4), parsed("--bus 4 --to sea").number("bus", 1, 9));
    assertEquals(Optional.empty(), parsed("--home a").number("bus", 1));
    for (String bad : List.of("0", "10", "four", "4.0", "99999999999")) {
      assertEquals(
          "--bus: '" + bad + "' is not a whole number from 1 to 9",
          refused(() -> parsed("--to sea --bus " + bad).number("bus", 1, 9)));
    }
    assertEquals(
        "--bus: '0' is not a whole number of at least 1",
        refused(() -> parsed("--to sea --bus 0").number("bus", 1)));
  }
}
