package org.couplet.data;

import static org.couplet.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.DatasetConfig;
import org.couplet.config.proto.Experiment;
import org.couplet.npy.NpyWriter;
import org.couplet.source.Labels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TUint8;

class ClassLabelsTest {
  @TempDir private Path folder = Path.of("");

  // Image i is filled with i.
  private Path images(int count) throws IOException {
    Path file = folder.resolve("images.npy");
    try (NpyWriter out = new NpyWriter(file, Shape.of(8, 8, 3))) {
      for (int i = 0; i < count; i++) {
        byte[] pixels = new byte[8 * 8 * 3];
        Arrays.fill(pixels, (byte) i);
        out.write(pixels);
      }
    }
    return file;
  }

  private Experiment experiment(Path images, int classes) {
    String text =
        """
        dataset { image_file { path: "%s" resolution: 8 } }
        network { song_unet { model_channels: 16 channel_mult: 1 } label_dim: %d }
        """
            .formatted(images, classes);
    return ExperimentFile.parse("a", text, List.of());
  }

  @Test
  void eachRowOfABatchHasTheLabelOfItsImage() throws IOException {
    Path file = images(5);
    new Labels(List.of(3L, 0L, 2L, 1L, 0L), List.of("a", "b", "c", "d")).writeBeside(file);
    try (NpyImages images = NpyImages.open(file, 8, 3)) {
      ClassLabels labels = images.classLabels().orElseThrow();
      assertEquals(List.of("a", "b", "c", "d"), labels.names());
      try (Batches batches = new Batches(images, labels.ofElements(), 4, 0, 4, 7)) {
        for (int step = 0; step < 5; step++) {
          try (Batch batch = batches.at(step)) {
            byte[] pixels = NpyImagesTest.bytes((TUint8) batch.elements());
            for (int row = 0; row < 4; row++) {
              int image = pixels[row * 8 * 8 * 3];
              assertEquals(labels.ofElements()[image], batch.labels()[row]);
            }
          }
        }
      }
    }
  }

  @Test
  void formsAreTheClassesOfDrawnPictures() {
    try (ProceduralImages images = new ProceduralImages(16, 30);
        TUint8 all = images.batch(LongStream.range(0, 30).toArray())) {
      ClassLabels labels = images.classLabels().orElseThrow();
      assertEquals(List.of("disc", "square", "triangle"), labels.names());
      ClassLabels kinds = new ProceduralImages(16, 30, true).classLabels().orElseThrow();
      assertEquals(18, kinds.names().size());
      assertEquals("cyan square", kinds.names().get(9));
      byte[] pixels = NpyImagesTest.bytes(all);
      int size = 16 * 16 * 3;
      for (int i = 0; i < 30; i++) {
        byte[] image = Arrays.copyOfRange(pixels, i * size, (i + 1) * size);
        DrawnForm nearest = NearestForm.of(image, 16).form();
        assertEquals(nearest.form().number(), labels.ofElements()[i]);
        assertEquals(nearest.kind(), kinds.ofElements()[i]);
      }
    }
  }

  @Test
  void anExperimentTakesTheClassesOfItsData() throws IOException {
    Path file = images(3);
    new Labels(List.of(1L, 0L, 1L), List.of("cat", "dog")).writeBeside(file);
    DatasetConfig dataset = ClassLabels.named(experiment(file, 3)).getDataset();
    assertEquals(List.of("cat", "dog", "2"), dataset.getClassNamesList());
    assertEquals(List.of(1L, 2L, 0L), dataset.getClassCountsList());
  }

  @Test
  void anExperimentIsAsItWasWithoutClassesOrData() throws IOException {
    Experiment none = experiment(images(3), 0);
    assertSame(none, ClassLabels.named(none));
    Experiment missing = experiment(folder.resolve("missing.npy"), 3);
    assertSame(missing, ClassLabels.named(missing));
  }

  @Test
  void labelsThatDoNotFitAreOneLine() throws IOException {
    Path file = images(3);
    assertRefused(
        () -> ClassLabels.named(experiment(file, 2)), "network.label_dim: the data have no labels");
    new Labels(List.of(1L, 0L, 1L), List.of("cat", "dog")).writeBeside(file);
    assertRefused(
        () -> ClassLabels.named(experiment(file, 1)),
        "network.label_dim: 1, but the data have 2 classes; set it to 2");
    new Labels(List.of(1L, 0L), List.of()).writeBeside(file);
    assertRefused(
        () -> ClassLabels.named(experiment(file, 2)),
        folder.resolve("images.labels.npy").toString(),
        "not one integer for each of the 3 images");
    new Labels(List.of(1L, -1L, 0L), List.of()).writeBeside(file);
    assertRefused(() -> ClassLabels.named(experiment(file, 2)), "label -1 of image 1");
  }

  @Test
  void namesThatAreMissingAreNumbers() throws IOException {
    Path file = images(3);
    new Labels(List.of(2L, 0L, 1L), List.of()).writeBeside(file);
    assertTrue(Files.exists(folder.resolve("images.labels.npy")));
    try (NpyImages images = NpyImages.open(file, 8, 3)) {
      assertEquals(List.of("0", "1", "2"), images.classLabels().orElseThrow().names());
      assertArrayEquals(new int[] {2, 0, 1}, images.classLabels().orElseThrow().ofElements());
    }
  }

  @Test
  void namesInTheConfigArePlainAndNoTwoAlike() throws IOException {
    Path file = images(2);
    new Labels(List.of(0L, 1L), List.of("cat", "cat", " ", "4", "a\u0085")).writeBeside(file);
    Experiment named = ClassLabels.named(experiment(file, 6));
    assertEquals(
        List.of("cat", "cat (1)", "2", "4", "a?", "5"), named.getDataset().getClassNamesList());
    // The run's own config can be read again.
    assertEquals(named, ExperimentFile.parse("a", ExperimentFile.print(named), List.of()));
  }

  @Test
  void aNumberThatNamesAnotherClassIsNoName() throws IOException {
    Path file = images(2);
    new Labels(List.of(0L, 1L), List.of("1", "2")).writeBeside(file);
    assertEquals(
        List.of("1", "2", "2 (2)"),
        ClassLabels.named(experiment(file, 3)).getDataset().getClassNamesList());
  }

  @Test
  void aLabelBeyondTheNetworksIsRefused() throws IOException {
    Path file = images(2);
    new Labels(List.of(0L, 3L), List.of()).writeBeside(file);
    try (NpyImages images = NpyImages.open(file, 8, 3)) {
      assertArrayEquals(new int[] {0, 3}, ClassLabels.forNetwork(images, 4));
      assertRefused(() -> ClassLabels.forNetwork(images, 3), "3, but the data have", "class 3");
    }
  }

  @Test
  void tooManyDrawnPicturesForClassesAreRefused() {
    try (ProceduralImages images = new ProceduralImages(16, 3_000_000_000L)) {
      assertRefused(images::classLabels, "dataset.procedural.count", "3000000000");
    }
  }
}
