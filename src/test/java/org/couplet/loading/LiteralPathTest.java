package org.couplet.loading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiteralPathTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void aFailureOfTheWorkIsNotTakenForOneOfTheLink() throws IOException {
    Path signs = Files.createDirectory(folder.resolve("a[1]"));
    UnsupportedOperationException failure =
        assertThrows(
            UnsupportedOperationException.class,
            () ->
                LiteralPath.ofFolder(
                    signs,
                    path -> {
                      throw new UnsupportedOperationException("of TensorFlow");
                    }));
    assertEquals("of TensorFlow", failure.getMessage());
  }
}
