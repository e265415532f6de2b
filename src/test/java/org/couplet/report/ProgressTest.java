package org.couplet.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);
  private final AtomicLong nanos = new AtomicLong();

  private Progress progress(long start, long total, boolean terminal) {
    return new Progress("train", start, total, err, terminal, nanos::get);
  }

  private String printed() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void awayFromATerminalOnlyLinesArePrinted() {
    try (Progress progress = progress(0, 100, false)) {
      progress.stepTo(1, "loss 3");
      progress.stepTo(2, "loss 2");
      progress.line("step 2  loss 2");
    }
    assertEquals("step 2  loss 2" + System.lineSeparator(), printed());
  }

  @Test
  void onATerminalNamesInALineCantMoveTheCursor() {
    try (Progress progress = progress(0, 100, true)) {
      progress.line("a\u001b[2Jb.png\n: corrupt");
    }
    assertTrue(printed().contains("\ra\\u001b[2Jb.png\\n: corrupt"), printed());
  }

  @Test
  void whatTheTaskExpectsCountsDown() {
    try (Progress progress = progress(0, 100, false)) {
      progress.expect(Duration.ofSeconds(90));
      nanos.addAndGet(30_000_000_000L);
      progress.stepTo(50, "");
      assertEquals(Optional.of(Duration.ofSeconds(60)), progress.timeLeft());
      nanos.addAndGet(100_000_000_000L);
      assertEquals(Optional.of(Duration.ZERO), progress.timeLeft());
    }
  }

  @Test
  void awayFromATerminalAPassHasALineEachTenth() {
    try (Progress progress = progress(0, 100, false)) {
      for (int n = 1; n <= 25; n++) {
        nanos.addAndGet(1_000_000_000L);
        progress.passTo(n, "7 images/s");
      }
    }
    assertEquals(
        List.of(
            "train 10/100  7 images/s  1 min 30 s left",
            "train 20/100  7 images/s  1 min 20 s left"),
        printed().lines().toList());
  }

  @Test
  void aTerminalShowsTaskCountAndMessage() {
    try (Progress progress = progress(0, 100, true)) {
      progress.stepTo(42, "loss 1.234");
    }
    String last = printed().substring(printed().lastIndexOf('\r'));
    assertTrue(last.contains("train"), last);
    assertTrue(last.contains("42/100"), last);
    assertTrue(last.contains("42%"), last);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "88|train   42%  [=======>          ]  420/1000  loss 1.234  210.5 images/s  3 min 05 s left",
        "68|train   42%  420/1000  loss 1.234  210.5 images/s  3 min 05 s left",
        "60|42%  420/1000  loss 1.234  210.5 images/s  3 min 05 s left",
        "50|42%  loss 1.234  210.5 images/s  3 min 05 s left",
        "45|loss 1.234  210.5 images/s  3 min 05 s left",
        "40|210.5 images/s  3 min 05 s left",
        "20|210.5 images/s",
        "5|210.5"
      })
  void onNarrowTerminalsTheBarGivesWayFirstAndTheSpeedLast(int width, String expected) {
    ProgressLine line = new ProgressLine(done -> Optional.of(Duration.ofSeconds(185)));
    String drawn = line.render("train", 420, 1000, " loss 1.234  210.5 images/s", width);
    assertEquals(expected, drawn.strip());
    assertTrue(drawn.length() <= width, drawn);
  }

  @Test
  void aLineOnATerminalReplacesTheBar() {
    try (Progress progress = progress(0, 100, true)) {
      progress.line("saved step-10");
    }
    assertTrue(printed().matches("(?s).*\rsaved step-10 *\\R.*"), printed());
  }

  @Test
  void timeLeftCountsThisSessionsStepsOnly() {
    try (Progress progress = progress(1000, 1500, false)) {
      progress.stepTo(1001, "");
      nanos.addAndGet(Duration.ofSeconds(20).toNanos());
      progress.stepTo(1101, "");
      assertEquals(Optional.of(Duration.ofMillis(79_800)), progress.timeLeft());
      progress.stepTo(1500, "");
      assertEquals(Optional.of(Duration.ZERO), progress.timeLeft());
    }
  }

  @Test
  void theSlowFirstStepDoesNotCountForTimeLeft() {
    try (Progress progress = progress(0, 102, false)) {
      assertEquals(Optional.empty(), progress.timeLeft());
      nanos.addAndGet(Duration.ofMinutes(5).toNanos());
      progress.stepTo(1, "");
      assertEquals(Optional.empty(), progress.timeLeft());
      nanos.addAndGet(Duration.ofSeconds(2).toNanos());
      assertEquals(Optional.empty(), progress.timeLeft());
      progress.stepTo(2, "");
      assertEquals(Optional.of(Duration.ofSeconds(200)), progress.timeLeft());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "PT0S, 0 s",
    "PT59.6S, 1 min 00 s",
    "PT3M5S, 3 min 05 s",
    "PT1H2M, 1 h 02 min",
    "PT23H59M59S, 23 h 59 min",
    "PT51H, 2 d 03 h",
    "PT-5S, 0 s"
  })
  void durationsReadInTwoUnits(String duration, String words) {
    assertEquals(words, Progress.describe(Duration.parse(duration)));
  }
}
