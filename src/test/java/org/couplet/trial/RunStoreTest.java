package org.couplet.trial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.couplet.CommandRun;
import org.couplet.SmallExperiments;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.couplet.foreign.ForeignFiles;
import org.couplet.run.RunFolder;
import org.couplet.train.Unchecked;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunStoreTest {
  private static Experiment experiment(String... overrides) {
    return ExperimentFile.parse("e", SmallExperiments.GAUSSIANS, List.of(overrides));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name=other",
        "runtime.xla=STEP",
        "optimizer.accumulate=4",
        "run.log_every=1",
        "run.keep_checkpoints=100",
        "evaluation.sample_every=5"
      })
  void whatDoesNotChangeTheTrainingIsNoDifference(String override) {
    assertTrue(RunStore.sameTraining(experiment(override), experiment()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run.seed=9",
        "run.steps=21",
        "run.checkpoint_every=6",
        "optimizer.learning_rate=0.1",
        "consistency.coupling.generator_induced.mu=0.6",
        "evaluation.gradient_variance_every=5",
        "runtime.precision=BFLOAT16",
        "dataset.gaussians.seed=1"
      })
  void whatChangesItIs(String override) {
    assertFalse(RunStore.sameTraining(experiment(override), experiment()));
  }

  @Test
  void aRunThatDroppedCheckpointsIsTrainedAnew() {
    // 20 steps, a checkpoint every 7 and at the end.
    Experiment all = experiment("run.keep_checkpoints=2147483647");
    assertFalse(RunStore.sameTraining(experiment("run.keep_checkpoints=2"), all));
    assertTrue(RunStore.sameTraining(experiment("run.keep_checkpoints=3"), all));
  }

  @Test
  @Tag("long")
  void anImportedRunIsTrainedToItsEnd(@TempDir Path folder) throws IOException {
    Path edm = folder.resolve("runs").resolve("edm");
    Path file = ForeignFiles.put(folder, "ddpmpp.pt");
    CommandRun.done("import", "--from", file, "--output", edm, "--set", "runtime.xla=OFF");
    RunFolder run = new RunFolder(edm);
    var score =
        new TrainingVariant.Seeded(ExperimentFile.load(run.config(), List.of()), "score model", 0);
    RunStore store =
        new RunStore(
            folder.resolve("runs"), new NoGraphs(), new Unchecked(), System.err, () -> false);
    assertEquals(
        Optional.of(run),
        store.done(score, RunStore.Length.of(score, Long.MAX_VALUE, Long.MAX_VALUE)));
  }

  /** Of a study that trains nothing. */
  private record NoGraphs() implements Graphs {
    @Override
    public void training(Experiment experiment, Path folder) {
      throw new AssertionError("trains " + experiment.getName());
    }

    @Override
    public String featuresName() {
      return "none";
    }

    @Override
    public void features(Path folder) {
      throw new AssertionError("makes features");
    }
  }
}
