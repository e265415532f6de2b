package org.couplet.run;

import static org.couplet.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.couplet.io.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  private final RunFolder run;

  RunFolderTest(@TempDir Path folder) throws IOException {
    run = new RunFolder(folder);
    for (int step : new int[] {5, 9}) {
      write(step);
    }
  }

  private void write(int step) throws IOException {
    Files.createDirectories(run.checkpoints());
    for (String part : List.of("index", "data-00000-of-00001")) {
      Files.writeString(run.checkpoints().resolve("step-" + step + "." + part), "x");
    }
  }

  @Test
  void aCheckpointThatIsDroppedMeanwhileIsReplacedByTheNext() throws IOException {
    List<Path> tried = new ArrayList<>();
    Path read =
        run.read(
            CheckpointChoice.NEWEST,
            checkpoint -> {
              tried.add(checkpoint);
              if (tried.size() == 1) {
                trainsOn();
                throw new InvalidInputException("torn");
              }
            });
    assertEquals(run.checkpoints().resolve("step-12"), read);
    assertEquals(List.of(run.checkpoints().resolve("step-9"), read), tried);
  }

  // A training run saves a step and drops another.
  private void trainsOn() {
    try {
      write(12);
      Files.delete(run.checkpoints().resolve("step-9.index"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aDamagedCheckpointThatStaysIsRefused() {
    assertRefused(
        () ->
            run.read(
                CheckpointChoice.NEWEST,
                checkpoint -> {
                  throw new InvalidInputException("torn");
                }),
        "torn. --checkpoint N takes another one");
  }

  @Test
  void aRunNearAWrongPathIsNamed() throws IOException {
    Path root = Files.createDirectories(run.root().resolve("runs/photos"));
    Files.createFile(new RunFolder(root).config());
    assertEquals(
        "; did you mean " + root + "?", new RunFolder(root.resolve("checkpoints")).nearby());
    // The folder above the run.
    assertEquals(
        "; photos is in " + root.resolve(".."), new RunFolder(root.resolve("..")).nearby());
  }

  @Test
  void whichCheckpointsThereAreIsSaid() throws IOException {
    assertEquals(
        run.checkpoints().resolve("step-5"),
        run.checkpoint(new CheckpointChoice(false, OptionalLong.of(5))));
    assertRefused(
        () -> run.checkpoint(new CheckpointChoice(false, OptionalLong.of(6))),
        "no checkpoint of step 6 is there; those of steps 5, 9 are");
  }

  @Test
  void tooLittleRoomOnTheDiskIsSaidBefore() {
    DiskRoom room = new DiskRoom(run.checkpoints(), 1_000_000_000, 2_500_000_000L);
    assertTrue(room.shortage(1, 2).isEmpty());
    String line = room.shortage(0, 2).orElseThrow();
    assertTrue(
        line.contains("room for 2 more checkpoints of 1,000.0 MB, but this run needs 3 more"),
        line);
    assertEquals(1, line.lines().count());
  }

  @Test
  void aStepThatCanNotBeSavedNamesTheRoomAndTheCommand() {
    DiskRoom room = new DiskRoom(run.checkpoints(), 1_500_000, 20_000);
    String line =
        String.valueOf(
            room.notSaved(
                    12,
                    Optional.of(run.checkpoints().resolve("step-9")),
                    new IOException("No space left on device"))
                .getMessage());
    assertTrue(
        line.contains("a checkpoint takes 1.5 MB and 20.0 kB are free there (No space left"), line);
    assertTrue(line.contains("go on from step-9 with: couplet train --run " + run.root()), line);
  }
}
