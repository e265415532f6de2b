package org.couplet.image;

import static org.couplet.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.couplet.npy.NpyReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelledImportTest extends ImportTrial {
  private final Path labels = folder.resolve("images.labels.npy");
  private final Path classes = folder.resolve("images.classes.txt");

  LabelledImportTest(@TempDir Path folder) throws IOException {
    super(folder);
    for (String name : List.of("a/1.png", "b/1.png", "b/2.png")) {
      Files.createDirectories(source.resolve(name).getParent());
      Files.write(source.resolve(name), png(2, 2, 100));
    }
    Files.writeString(source.resolve("b/1.png"), "no picture");
  }

  @Test
  void leftOutImagesLeaveNoLabel() throws IOException {
    run(source, 2);
    try (NpyReader array = NpyReader.open(labels)) {
      assertArrayEquals(new double[] {0, 1}, all(array));
    }
    assertEquals("a\nb\n", Files.readString(classes));
  }

  @Test
  void importWithoutClassesRemovesOldLabelsButOnlyOnSuccess() throws IOException {
    run(source, 2);
    Files.move(source.resolve("a/1.png"), source.resolve("b/0.png"));
    assertRefused(() -> run(source, 2, true, null, null), "b/1.png");
    try (NpyReader array = NpyReader.open(labels)) {
      assertArrayEquals(new double[] {0, 1}, all(array));
    }
    run(source, 2);
    assertFalse(Files.exists(labels));
    assertFalse(Files.exists(classes));
  }
}
