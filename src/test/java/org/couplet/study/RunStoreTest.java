package org.couplet.study;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.couplet.SmallExperiments;
import org.couplet.config.ExperimentFile;
import org.couplet.config.proto.Experiment;
import org.junit.jupiter.api.Test;
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
}
