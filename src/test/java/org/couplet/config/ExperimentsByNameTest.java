package org.couplet.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentsByNameTest {
  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void ship() throws IOException {
    Files.createFile(folder.resolve("quickstart.textproto"));
    Files.createFile(folder.resolve("photos.textproto"));
  }

  private ShippedExperiments shipped() {
    return new ShippedExperiments(Optional.of(folder));
  }

  @Test
  void anExperimentIsFoundByItsName() {
    Optional<Path> file = Optional.of(folder.resolve("quickstart.textproto"));
    assertEquals(file, shipped().named(Path.of("quickstart")));
    assertEquals(file, shipped().named(Path.of("quickstart.textproto")));
  }

  @Test
  void pathsAreNoNames() {
    assertEquals(Optional.empty(), shipped().named(Path.of("runs/quickstart")));
    assertEquals(Optional.empty(), shipped().named(Path.of("/quickstart")));
    assertEquals(Optional.empty(), shipped().named(Path.of("other")));
    assertEquals(
        Optional.empty(), new ShippedExperiments(Optional.empty()).named(Path.of("quickstart")));
  }

  @Test
  void namesLikeAMisspeltOneAreSuggested() throws IOException {
    assertEquals("Did you mean quickstart?", shipped().remedy(Path.of("quikstart")));
    assertEquals("Did you mean photos?", shipped().remedy(Path.of("configs/photo.textproto")));
    String remedy = shipped().remedy(Path.of("something"));
    assertTrue(remedy.contains(folder.toString()), remedy);
  }

  @Test
  void aNameLoadsTheExperimentThatComesWithCouplet() throws IOException {
    assertEquals("quickstart", ExperimentFile.load(Path.of("quickstart"), List.of()).getName());
  }
}
