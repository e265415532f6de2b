package org.couplet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.couplet.io.InvalidInputException;
import org.junit.jupiter.api.function.Executable;

/** Says that bad input is refused with one line that says the right thing. */
public final class Refusal {
  private Refusal() {}

  public static void assertRefused(Executable call, String... expected) {
    assertSays(assertThrows(InvalidInputException.class, call), expected);
  }

  /** The same by the exception that the Java API promises. */
  public static void assertArgumentRefused(Executable call, String... expected) {
    assertSays(assertThrows(IllegalArgumentException.class, call), expected);
  }

  private static void assertSays(Exception refusal, String... expected) {
    String message = String.valueOf(refusal.getMessage());
    assertEquals(1, message.lines().count(), message);
    for (String part : expected) {
      assertTrue(message.contains(part), message);
    }
  }
}
