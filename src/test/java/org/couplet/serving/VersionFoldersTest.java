package org.couplet.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VersionFoldersTest {
  private final Path version;

  VersionFoldersTest(@TempDir Path folder) throws IOException {
    version = folder.resolve("models/1");
    Files.createDirectories(version.resolve("variables"));
  }

  // What could not be loaded is tried again when its state is another one.
  @Test
  void theStateOfAVersionIsAnotherOneWhenAFileIsWritten() throws IOException {
    Files.createSymbolicLink(version.resolve("a-note"), Path.of("gone"));
    Path variables = version.resolve("variables/variables.index");
    Files.writeString(variables, "half");
    String before = VersionFolders.state(version);
    assertEquals(before, VersionFolders.state(version));
    Files.writeString(variables, "the whole");
    assertNotEquals(before, VersionFolders.state(version));
  }

  @Test
  void filesThatAreLinkedCount() throws IOException {
    Path target = Files.writeString(version.resolveSibling("target"), "half");
    Files.createSymbolicLink(version.resolve("saved_model.pb"), target);
    String before = VersionFolders.state(version);
    Files.writeString(target, "the whole");
    assertNotEquals(before, VersionFolders.state(version));
  }

  @Test
  void aFolderThatIsNotThereHasAState() {
    assertEquals(
        VersionFolders.state(version.resolve("x")), VersionFolders.state(version.resolve("x")));
  }
}
