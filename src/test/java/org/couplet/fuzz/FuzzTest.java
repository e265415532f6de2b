package org.couplet.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.couplet.command.ExitCode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Damaged files of every kind. The property {@code couplet.fuzz} is the number of a kind's, {@code
 * couplet.fuzz.first} the first seed. What went wrong is kept in target/fuzz.
 */
@Tag("long")
class FuzzTest {
  private static final int COUNT = Integer.getInteger("couplet.fuzz", 100);
  private static final long FIRST = Long.getLong("couplet.fuzz.first", 0);
  private static final int MOST_SHOWN = 10;
  // Each may take minutes: where many hang, the test would not end.
  private static final int MOST_UNANSWERED = 3;
  private static final Path FOLDER = Path.of("target", "fuzz").toAbsolutePath();
  private static final FuzzProcess WORKER = new FuzzProcess(FOLDER);

  static List<String> kinds() {
    String only = System.getProperty("couplet.fuzz.kinds", "");
    return only.isEmpty() ? Kinds.NAMES : List.of(only.split(",", -1));
  }

  @AfterAll
  static void end() throws IOException, InterruptedException {
    WORKER.end();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void damagedFilesAreReadRightOrRefusedInALine(String kind)
      throws IOException, InterruptedException {
    List<String> faults = new ArrayList<>();
    int refused = 0;
    int unanswered = 0;
    long begun = System.nanoTime();
    for (long seed = FIRST; seed < FIRST + COUNT && unanswered < MOST_UNANSWERED; seed++) {
      FuzzProcess.Answer answer = WORKER.ask(kind, seed);
      assertFalse(answer.fault().orElse("").startsWith("sound file"), answer::toString);
      unanswered += answer.code() < 0 ? 1 : 0;
      refused += answer.code() == ExitCode.BAD_INPUT ? 1 : 0;
      if (answer.fault().isPresent()) {
        WORKER.keep(FOLDER.resolve(kind + "-" + seed));
        faults.add(kind + " " + seed + ": " + answer.fault().get());
      }
    }
    String line =
        "%s: %d inputs, %d refused, %d faults, %.1f s%n"
            .formatted(kind, COUNT, refused, faults.size(), (System.nanoTime() - begun) / 1e9);
    Files.writeString(
        FOLDER.resolve("report.txt"), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    Files.write(
        FOLDER.resolve("faults.txt"), faults, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    assertEquals(List.of(), faults.stream().limit(MOST_SHOWN).toList(), line);
  }
}
