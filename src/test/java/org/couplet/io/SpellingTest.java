package org.couplet.io;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpellingTest {
  @TempDir private Path folder = Path.of("");

  private String nearby(String path) throws IOException {
    for (String name : List.of("runs/photos", "runs/photos_gc", "runs/shapes", "data")) {
      Files.createDirectories(folder.resolve(name));
    }
    Files.writeString(folder.resolve("runs/notes.txt"), "no run");
    return Spelling.nearby(folder.resolve(path), Files::isDirectory).replace(folder + "/", "");
  }

  @Test
  void aMissingFolderIsMatchedWithTheNearestBesideIt() throws IOException {
    assertEquals("; did you mean runs/photos?", nearby("runs/photo"));
    assertEquals("; photos, shapes, photos_gc are in runs", nearby("runs/xyz"));
  }

  @Test
  void aFolderThatHoldsThemNamesThem() throws IOException {
    assertEquals("; photos, photos_gc, shapes are in runs", nearby("runs"));
    assertEquals("", nearby("data"));
  }

  @Test
  void aMissingParentIsNamedInstead() throws IOException {
    assertEquals("; there is no folder run; did you mean runs?", nearby("run/photos"));
    assertEquals("; there is no folder run; did you mean runs?", nearby("run/photos/checkpoints"));
  }

  @Test
  void namesThatBeginAlikeComeFirst() {
    assertEquals(
        List.of("red disc", "red square", "ded", "blue"),
        Spelling.nearestFirst("Red", List.of("blue", "ded", "red disc", "red square")));
  }
}
