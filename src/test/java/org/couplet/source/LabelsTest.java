package org.couplet.source;

import static org.couplet.Refusal.assertRefused;
import static org.couplet.source.SourceTrial.png;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.couplet.npy.NpyHeader;
import org.couplet.npy.NpyReader;
import org.couplet.npy.NpyType;
import org.couplet.npy.NpzWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

class LabelsTest {
  private final Path folder;

  LabelsTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void firstFolderInWhichThePathsDifferIsTheClass() {
    assertEquals(
        Optional.of(new Labels(List.of(1L, 0L, 1L), List.of("cat", "dog"))),
        Labels.ofFolders(List.of("train/dog/1.png", "train/cat/1.png", "train/dog/images/2.png")));
    assertEquals(
        Optional.of(new Labels(List.of(0L, 1L), List.of("a", "ab"))),
        Labels.ofFolders(List.of("a/1.png", "ab/1.png")));
  }

  @Test
  void imagesOutsideOfFoldersOrInOneHaveNoClasses() {
    assertEquals(Optional.empty(), Labels.ofFolders(List.of()));
    assertEquals(Optional.empty(), Labels.ofFolders(List.of("a/1.png", "a/2.png")));
    assertEquals(Optional.empty(), Labels.ofFolders(List.of("a/1.png", "b/1.png", "2.png")));
    assertEquals(Optional.empty(), Labels.ofFolders(List.of("t/a/1.png", "t/2.png")));
  }

  @Test
  void classesAreThoseOfTheImagesTaken() throws IOException {
    for (String name : List.of("a/1.png", "b/1.txt", "c/1.png")) {
      Files.createDirectories(folder.resolve(name).getParent());
      Files.write(folder.resolve(name), png(10));
    }
    assertEquals(
        Optional.of(new Labels(List.of(0L, 1L), List.of("a", "c"))), SourceTrial.labels(folder, 1));
  }

  private void npz(String images, String labels, NpyType type) throws IOException {
    npz("a.npz", images, labels, type, 7, 8, 9);
  }

  private void npz(String name, String images, String labels, NpyType type, int... numbers)
      throws IOException {
    Files.createDirectories(folder.resolve(name).getParent());
    try (NpzWriter npz = new NpzWriter(Files.newOutputStream(folder.resolve(name)))) {
      try (OutputStream out = npz.begin(images, NpyType.U1, Shape.of(numbers.length, 2, 2, 3))) {
        out.write(new byte[12 * numbers.length]);
      }
      try (OutputStream out = npz.begin(labels, type, Shape.of(numbers.length))) {
        for (int i = 0; i < numbers.length * type.bytes(); i++) {
          int shift = 8 * (i % type.bytes());
          out.write(shift < 32 ? numbers[i / type.bytes()] >> shift : 0);
        }
      }
    }
  }

  @Test
  void classesOfDownsampledImageNetCountFromOne() throws IOException {
    npz("b/batch_1.npz", "data", "labels", NpyType.I8, 7, 1000);
    npz("b/batch_2.npz", "data", "labels", NpyType.I8, 1, 2);
    assertEquals(
        Optional.of(new Labels(List.of(6L, 999L, 0L, 1L), List.of())),
        SourceTrial.labels(folder.resolve("b")));
    // Classes of others stay.
    Optional<Labels> as = Optional.of(new Labels(List.of(1L, 999L), List.of()));
    npz("a.npz", "data", "labels", NpyType.I8, 1, 999);
    assertEquals(as, SourceTrial.labels(folder.resolve("a.npz")));
    npz("a.npz", "x_train", "y_train", NpyType.I8, 1, 1000);
    assertEquals(
        Optional.of(new Labels(List.of(1L, 1000L), List.of())),
        SourceTrial.labels(folder.resolve("a.npz")));
  }

  @Test
  void arraysOfLabelsAreFoundByTheUsualNames() throws IOException {
    Optional<Labels> expected = Optional.of(new Labels(List.of(7L, 9L), List.of()));
    for (List<String> names :
        List.of(
            List.of("data", "labels"),
            List.of("arr_0", "arr_1"),
            List.of("x_train", "y_train"),
            List.of("train_images", "train_labels"))) {
      npz(names.get(0), names.get(1), NpyType.I8);
      assertEquals(expected, SourceTrial.labels(folder.resolve("a.npz"), 1), names.get(0));
    }
    npz("data", "weights", NpyType.I8);
    assertEquals(Optional.empty(), SourceTrial.labels(folder.resolve("a.npz")));
    npz("data", "labels", NpyType.F8);
    assertEquals(Optional.empty(), SourceTrial.labels(folder.resolve("a.npz")));
  }

  @Test
  void whatIsWrittenBesideAnArrayIsReadWithIt() throws IOException {
    Path images = folder.resolve("a.npy");
    new Labels(List.of(3L, 1L << 40), List.of("x", "y")).writeBeside(images);
    try (NpyReader labels = NpyReader.open(folder.resolve("a.labels.npy"))) {
      assertEquals(NpyType.I8, labels.header().type());
      assertArrayEquals(new double[] {3, 1L << 40}, labels.nextDoubles(2));
    }
    assertEquals("x\ny\n", Files.readString(folder.resolve("a.classes.txt")));
    assertEquals(
        List.of(folder.resolve("a.labels.npy"), folder.resolve("a.classes.txt")),
        Labels.filesBeside(images));
  }

  @Test
  void labelsBesideAnArrayAreAsManyIntegersAsImages() throws IOException {
    npy("a.npy", NpyType.U1, Shape.of(1, 2, 2, 3));
    npy("a.labels.npy", NpyType.I8, Shape.of(1));
    assertEquals(
        Optional.of(new Labels(List.of(0L), List.of())),
        SourceTrial.labels(folder.resolve("a.npy")));
    npy("a.labels.npy", NpyType.F8, Shape.of(1));
    assertRefused(() -> SourceTrial.labels(folder.resolve("a.npy")), "a.labels.npy", "<f8");
    // Far more than the file has, and than fit into memory.
    npy("a.labels.npy", NpyType.I8, Shape.of(1L << 29));
    assertRefused(
        () -> SourceTrial.labels(folder.resolve("a.npy")), "a.labels.npy", "the 1 images");
  }

  // One image or label of zeros, whatever the header claims.
  private void npy(String name, NpyType type, Shape claimed) throws IOException {
    try (OutputStream out = Files.newOutputStream(folder.resolve(name))) {
      out.write(NpyHeader.of(type, claimed).toBytes());
      out.write(new byte[type == NpyType.U1 ? 12 : type.bytes()]);
    }
  }

  @Test
  void manyClassesAreNamedInAFileThatIsNamed() {
    List<String> names = IntStream.range(0, 12).mapToObj(number -> "c" + number).toList();
    Labels labels = new Labels(List.of(0L), names);
    assertEquals(
        "labels of 12 classes: c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, ... (all: a.classes.txt)",
        labels.describe(Path.of("a.npy")));
    assertEquals(
        "labels of 2 classes: c0, c1",
        new Labels(List.of(0L), names.subList(0, 2)).describe(Path.of("a.npy")));
  }
}
