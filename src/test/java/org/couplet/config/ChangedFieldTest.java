package org.couplet.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.couplet.SmallExperiments;
import org.couplet.config.proto.Experiment;
import org.junit.jupiter.api.Test;

class ChangedFieldTest {
  private static Experiment experiment(String... overrides) {
    return ExperimentFile.parse("a", SmallExperiments.UNET, List.of(overrides));
  }

  @Test
  void everyChangedFieldIsNamedWithBothValues() {
    List<ChangedField> changed =
        ChangedField.between(
            experiment(),
            experiment(
                "run.steps=30",
                "network.song_unet.channel_mult=1,1",
                "runtime.xla=STEP",
                "consistency.weighting.constant={}",
                "name="));
    assertEquals(
        List.of(
            "name unet -> \"\"",
            "network.song_unet.channel_mult [1, 2] -> [1, 1]",
            "consistency.weighting.inverse_gap {} -> (none)",
            "run.steps 20 -> 30",
            "runtime.xla OFF -> STEP",
            "consistency.weighting.constant (none) -> {}"),
        changed.stream().map(ChangedField::describe).toList());
    assertEquals(List.of(), ChangedField.between(experiment(), experiment()));
  }
}
