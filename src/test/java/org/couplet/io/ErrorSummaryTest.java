package org.couplet.io;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ErrorSummaryTest {
  @Test
  void itIsTheFirst() {
    assertEquals("first", ErrorSummary.of(new IllegalStateException("first\n\t [[{{node a}}]]")));
  }

  @Test
  void ofSeveralErrorsOfTensorFlowItIsTheFirstOne() {
    String message =
        """
        2 root error(s) found.
          (0) RESOURCE_EXHAUSTED: Out of memory (1)
        	 [[{{node a}}]]
          (1) RESOURCE_EXHAUSTED: Out of memory (2)
        0 successful operations.
        """;
    assertEquals(
        "RESOURCE_EXHAUSTED: Out of memory (1)",
        ErrorSummary.of(new IllegalStateException(message)));
  }

  @Test
  void withoutAMessageItIsTheKind() {
    assertEquals("IllegalStateException", ErrorSummary.of(new IllegalStateException()));
  }
}
