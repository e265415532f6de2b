package org.couplet.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class StageTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final Stage stage = new Stage(new PrintStream(bytes, true, StandardCharsets.UTF_8));

  private String told() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  @Timeout(20)
  void aStageThatTakesLongIsToldWithinASecond() throws InterruptedException {
    long begun = System.nanoTime();
    stage.begin("loading");
    while (told().isEmpty()) {
      Thread.sleep(5);
    }
    assertTrue(System.nanoTime() - begun > 200_000_000L);
    assertEquals("loading ..." + System.lineSeparator(), told());
  }

  @Test
  @Timeout(20)
  void stagesThatAreOverAreNotTold() throws InterruptedException {
    stage.begin("loading");
    stage.begin("drawing");
    while (told().isEmpty()) {
      Thread.sleep(5);
    }
    assertEquals("drawing ..." + System.lineSeparator(), told());
    stage.begin("writing");
    stage.end();
    Thread.sleep(600);
    assertEquals("drawing ..." + System.lineSeparator(), told());
  }
}
