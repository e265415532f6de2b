package org.couplet.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {
  private final Path file;

  MetricsLogTest(@TempDir Path folder) {
    file = folder.resolve("metrics.jsonl");
  }

  private void log(long... steps) throws IOException {
    try (MetricsLog log = new MetricsLog(file)) {
      for (long step : steps) {
        log.write(Map.of("step", step));
      }
    }
  }

  @Test
  void eachLineIsAnObjectInTheGivenOrder() throws IOException {
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("step", 12L);
    metrics.put("seconds", 3.5);
    metrics.put("loss", 1e-7f);
    metrics.put("a \"quoted\\name\"\n", 1);
    try (MetricsLog log = new MetricsLog(file)) {
      log.write(metrics);
    }
    assertEquals(
        "{\"step\":12,\"seconds\":3.5,\"loss\":1.0E-7,\"a \\\"quoted\\\\name\\\"\\n\":1}\n",
        Files.readString(file));
  }

  @Test
  void numbersJsonLacksAreStrings() throws IOException {
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("loss", Double.NaN);
    metrics.put("norm", Float.NEGATIVE_INFINITY);
    metrics.put("step", 1);
    try (MetricsLog log = new MetricsLog(file)) {
      log.write(metrics);
    }
    assertEquals("{\"loss\":\"NaN\",\"norm\":\"-Infinity\",\"step\":1}\n", Files.readString(file));
  }

  @Test
  void aLineIsOnDiskBeforeTheLogCloses() throws IOException {
    try (MetricsLog log = new MetricsLog(file)) {
      log.write(Map.of("step", 1));
      assertEquals("{\"step\":1}\n", Files.readString(file));
    }
  }

  @Test
  void aLineWithoutItsStepIsRefused() throws IOException {
    try (MetricsLog log = new MetricsLog(file)) {
      assertThrows(IllegalArgumentException.class, () -> log.write(Map.of("loss", 1)));
    }
  }

  @Test
  void resumingDropsLaterStepsAndAppends() throws IOException {
    log(1, 2, 3, 10, 20);
    MetricsLog.truncateAfter(file, 3);
    log(4);
    assertEquals(
        List.of("{\"step\":1}", "{\"step\":2}", "{\"step\":3}", "{\"step\":4}"),
        Files.readAllLines(file));
  }

  @Test
  void everyWayToTearTheLastLineIsRepaired() throws IOException {
    String last = "{\"seconds\":0.5,\"step\":27,\"loss\":0.25}\n";
    for (int kept = 0; kept < last.length() - 1; kept++) {
      Files.deleteIfExists(file);
      log(1);
      Files.writeString(file, last.substring(0, kept), StandardOpenOption.APPEND);
      MetricsLog.truncateAfter(file, 100);
      assertEquals("{\"step\":1}\n", Files.readString(file));
    }
  }

  @Test
  void theStepIsFoundWhereverItStands() throws IOException {
    Files.writeString(
        file,
        "{\"loss\":1,\"step\":5}\n{\"step\":6,\"loss\":1}\n{\"a\":1,\"step\":7,\"b\":\"NaN\"}\n");
    MetricsLog.truncateAfter(file, 6);
    assertEquals("{\"loss\":1,\"step\":5}\n{\"step\":6,\"loss\":1}\n", Files.readString(file));
  }

  @Test
  void noLogIsNothingToTruncate() throws IOException {
    MetricsLog.truncateAfter(file, 3);
    assertFalse(Files.exists(file));
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("step", 12L);
    metrics.put("loss", 1e-7f);
    metrics.put("a \"quoted\\name\"\n", -1.5);
    metrics.put("norm", Double.NaN);
    metrics.put("high", Double.POSITIVE_INFINITY);
    metrics.put("low", Float.NEGATIVE_INFINITY);
    try (MetricsLog log = new MetricsLog(file)) {
      log.write(metrics);
      log.write(Map.of("step", 13));
    }
    Map<String, Double> first = new LinkedHashMap<>();
    metrics.forEach((name, number) -> first.put(name, number.doubleValue()));
    first.put("loss", 1e-7);
    List<Map<String, Double>> read = MetricsLog.read(file);
    assertEquals(List.of(first, Map.of("step", 13.0)), read);
    assertEquals(List.copyOf(metrics.keySet()), List.copyOf(read.get(0).keySet()));
  }

  @Test
  void aTornLastLineIsNotRead() throws IOException {
    String last = "{\"seconds\":0.5,\"step\":27,\"loss\":\"NaN\",\"\u00b5\":1}";
    byte[] bytes = last.getBytes(UTF_8);
    for (int kept = 0; kept < bytes.length; kept++) {
      Files.deleteIfExists(file);
      log(1);
      Files.write(file, Arrays.copyOf(bytes, kept), StandardOpenOption.APPEND);
      assertEquals(List.of(Map.of("step", 1.0)), MetricsLog.read(file));
    }
  }

  @Test
  void damagedLinesArePassedOverAndCounted() throws IOException {
    String damaged =
        """

        {"step":2
        {"step":}
        {"step":2 3}
        [1]
        {"a":1}
        {"step":2,"a":"b"}
        {"step":"NaN"}
        null
        """;
    Files.writeString(file, "{\"step\":1}\n" + damaged + "{\"step\":3}\n{\"st");
    ByteArrayOutputStream warnings = new ByteArrayOutputStream();
    List<Map<String, Double>> sound = List.of(Map.of("step", 1.0), Map.of("step", 3.0));
    assertEquals(sound, MetricsLog.read(file, new PrintStream(warnings, true, UTF_8)));
    assertEquals(
        "warning: %s: damaged lines are passed over: 9%n".formatted(file),
        warnings.toString(UTF_8));
    assertEquals(sound, MetricsLog.read(file));
    assertEquals(3, MetricsLog.last(file, "step").orElseThrow());

    assertEquals(9, MetricsLog.truncateAfter(file, 2));
    assertEquals("{\"step\":1}\n", Files.readString(file));
    MetricsLog.read(file, new PrintStream(warnings, true, UTF_8));
    assertEquals(1, warnings.toString(UTF_8).lines().count(), "no warning of a sound log");
  }

  @Test
  void noLogHasNoLines() throws IOException {
    assertEquals(List.of(), MetricsLog.read(file));
  }
}
