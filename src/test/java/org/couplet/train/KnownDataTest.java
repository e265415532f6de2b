package org.couplet.train;

import static org.couplet.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.couplet.CommandRun;
import org.couplet.FolderContents;
import org.couplet.SmallExperiments;
import org.couplet.command.ExitCode;
import org.couplet.config.proto.Experiment;
import org.couplet.data.DataIdentity;
import org.couplet.data.Dataset;
import org.couplet.npy.NpyWriter;
import org.couplet.run.RunFolder;
import org.couplet.run.RunHistory;
import org.couplet.source.Labels;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

/** A run does not go on with other images in silence. */
class KnownDataTest {
  private final Path folder;
  private final RunFolder run;
  private final Path images;
  private final Path other;
  private final ByteArrayOutputStream notes = new ByteArrayOutputStream();

  KnownDataTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    run = new RunFolder(folder);
    images = write("images.npy", 30, 1);
    other = write("other.npy", 30, 2);
  }

  private Path write(String name, int count, int value) throws IOException {
    Path file = folder.resolve(name);
    try (NpyWriter writer = new NpyWriter(file, Shape.of(8, 8, 3))) {
      byte[] image = new byte[8 * 8 * 3];
      Arrays.fill(image, (byte) value);
      for (int i = 0; i < count; i++) {
        writer.write(image);
      }
    }
    return file;
  }

  private Optional<DataIdentity> check(Path file, boolean accepts) throws IOException {
    return check(file, 0, accepts);
  }

  private Optional<DataIdentity> check(Path file, int classes, boolean accepts) throws IOException {
    Experiment.Builder experiment = Experiment.newBuilder();
    experiment.getNetworkBuilder().setLabelDim(classes);
    experiment.getDatasetBuilder().getImageFileBuilder().setPath(file.toString()).setResolution(8);
    try (Dataset dataset = Dataset.open(experiment.getDataset())) {
      return KnownData.check(
          run,
          experiment.build(),
          dataset,
          accepts,
          new PrintStream(notes, true, StandardCharsets.UTF_8));
    }
  }

  private String notes() {
    return notes.toString(StandardCharsets.UTF_8);
  }

  // A session that trained on a file.
  private void trainedOn(Path file) throws IOException {
    new RunHistory(run.history()).add(5, Map.of(RunHistory.DATA, check(file, true).orElseThrow()));
    notes.reset();
  }

  @Test
  void otherImagesWantAFlag() throws IOException {
    trainedOn(images);
    assertRefused(() -> check(other, false), "as many images, but other pixels; name the right");
    assertRefused(
        () -> check(write("fewer.npy", 29, 1), false),
        "29 images of [8, 8, 3] where there were 30 images");
    check(other, true);
    assertTrue(notes().contains("note: other data from here on: " + other), notes());
    // From then on it is these that the run knows.
    trainedOn(other);
    check(other, false);
    assertRefused(() -> check(images, false), "other pixels");
  }

  @Test
  void otherLabelsWantAFlagWhereTheNetworkIsToldThem() throws IOException {
    // As an earlier version wrote it, which did not keep the labels.
    trainedOn(images);
    labels(1);
    DataIdentity first = check(images, 2, false).orElseThrow();
    new RunHistory(run.history()).add(6, Map.of(RunHistory.DATA, first));
    check(images, 2, false);
    assertEquals("", notes());
    labels(0);
    assertRefused(() -> check(images, 2, false), "the same images, but other labels; name the");
    check(images, 0, false);
    assertEquals("", notes());
    check(images, 2, true);
    assertTrue(notes().contains("other data from here on: " + images), notes());
  }

  // That of one image may differ.
  private void labels(long last) throws IOException {
    List<Long> numbers = new ArrayList<>(Collections.nCopies(29, 0L));
    numbers.add(last);
    new Labels(numbers, List.of()).writeBeside(images);
  }

  @Test
  void aMovedFileNeedsNoFlag() throws IOException {
    trainedOn(images);
    check(Files.move(images, folder.resolve("moved.npy")), false);
    assertEquals("", notes());
  }

  @Test
  void aRunFromBeforeThisWasKeptGetsANote() throws IOException {
    new RunHistory(run.history()).add(5, Map.of());
    check(other, false);
    assertTrue(notes().contains("does not say which data file it trained on"), notes());
  }

  @Test
  @Tag("long")
  void trainingHoldsARunToItsData() throws IOException {
    Path config =
        SmallExperiments.write(
            folder,
            SmallExperiments.FLAT_UNET.replace(
                "procedural { resolution: 8 count: 50 }",
                "image_file { path: \"%s\" resolution: 8 }".formatted(images)));
    Path begun = folder.resolve("run");
    CommandRun.done("train", "--config", config, "--run", begun, "--steps", 1);
    Map<String, String> before = FolderContents.of(begun);
    String set = "dataset.image_file.path=" + other;
    for (CommandRun refused :
        new CommandRun[] {
          CommandRun.of("train", "--run", begun, "--resume", "--data", other),
          CommandRun.of("train", "--run", begun, "--resume", "--data", other, "--dry-run"),
          CommandRun.of("train", "--run", begun, "--resume", "--set", set),
        }) {
      assertEquals(ExitCode.BAD_INPUT, refused.code(), refused.err());
      assertTrue(refused.err().contains("--accept-new-data"), refused.err());
    }
    assertEquals(before, FolderContents.of(begun));
    CommandRun.done(
        "train", "--run", begun, "--resume", "--data", other, "--accept-new-data", "--steps", 2);
  }

  @Test
  void damagedHistoryDoesNotSayWhichDataItWas() throws IOException {
    new RunHistory(run.history()).add(5, Map.of(RunHistory.DATA, Map.of("count", 30)));
    assertTrue(check(images, false).isPresent());
    assertTrue(notes().contains("does not say which data file"), notes());
  }
}
